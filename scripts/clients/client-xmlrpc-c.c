/*
 * Countersign from C, with xmlrpc-c.
 *
 *     cc -o client-xmlrpc-c client-xmlrpc-c.c -lxmlrpc_client -lxmlrpc -lxmlrpc_util
 *     COUNTERSIGN_PASSWORD=gump ./client-xmlrpc-c http://127.0.0.1:8080/RPC2 bubba [plain|phpgroupware|egroupware]
 *
 * Logs in, lists the methods, writes, reads, searches and deletes a contact, logs
 * out, and shows that the session is refused afterwards. One line per step; any
 * unexpected answer ends the program with a sentence and status 1.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmlrpc-c/base.h>
#include <xmlrpc-c/client.h>

#define NAME "client-xmlrpc-c"
#define GIVEN "Zoë <& \"Q\">"
#define FAMILY "Ångström-C"
#define READ "addressbook.boaddressbook.read"
#define LOGIN_REQUIRED (-32001) /* fault code of the plain dialect */

static xmlrpc_env env;
static xmlrpc_client *client;
static xmlrpc_server_info *server;

static void die(const char *format, ...) {
    va_list args;

    va_start(args, format);
    fputs(NAME ": ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

/* Ends the program when the library has reported a fault or an error of its own. */
static void check(const char *what) {
    if (env.fault_occurred)
        die("%s: %s (%d)", what, env.fault_string, env.fault_code);
}

/* One call that must succeed. Consumes params. */
static xmlrpc_value *call(const char *method, xmlrpc_value *params) {
    xmlrpc_value *answer;

    check(method);
    xmlrpc_client_call2(&env, client, server, method, params, &answer);
    check(method);
    xmlrpc_DECREF(params);
    return answer;
}

/* The member of a struct, or NULL. */
static xmlrpc_value *member(xmlrpc_value *record, const char *name) {
    xmlrpc_value *value = NULL;

    if (xmlrpc_value_type(record) == XMLRPC_TYPE_STRUCT)
        xmlrpc_struct_find_value(&env, record, name, &value);
    check(name);
    return value;
}

/* A string or an integer as text; the empty text for every other value. */
static const char *text(xmlrpc_value *value) {
    const char *read = "";
    char digits[32];
    int number;

    if (value == NULL)
        return read;
    switch (xmlrpc_value_type(value)) {
    case XMLRPC_TYPE_STRING:
        xmlrpc_read_string(&env, value, &read);
        check("string");
        break;
    case XMLRPC_TYPE_INT:
        xmlrpc_read_int(&env, value, &number);
        check("int");
        snprintf(digits, sizeof digits, "%d", number);
        read = strdup(digits);
        if (read == NULL)
            die("out of memory");
        break;
    default:
        break;
    }
    return read;
}

static int same(xmlrpc_value *record, const char *name, const char *want) {
    return strcmp(text(member(record, name)), want) == 0;
}

static int length(xmlrpc_value *list) {
    int n = xmlrpc_value_type(list) == XMLRPC_TYPE_STRUCT ? xmlrpc_struct_size(&env, list)
                                                          : xmlrpc_array_size(&env, list);
    check("list");
    return n;
}

/* Element i of a list. The phpgroupware dialect sends lists as structs 0, 1, 2... */
static xmlrpc_value *element(xmlrpc_value *list, int i) {
    xmlrpc_value *value;
    char key[16];

    if (xmlrpc_value_type(list) == XMLRPC_TYPE_STRUCT) {
        snprintf(key, sizeof key, "%d", i);
        value = member(list, key);
        if (value == NULL)
            die("the list has no element %d", i);
        return value;
    }
    xmlrpc_array_read_item(&env, list, (unsigned int)i, &value);
    check("list");
    return value;
}

/* Whether delete answered true, or "1" where every leaf is a string. */
static int truth(xmlrpc_value *value) {
    xmlrpc_bool yes = 0;

    if (xmlrpc_value_type(value) != XMLRPC_TYPE_BOOL)
        return strcmp(text(value), "1") == 0;
    xmlrpc_read_bool(&env, value, &yes);
    check("boolean");
    return yes;
}

/* Whether reading the contact is refused in the way of this dialect. */
static int refused(xmlrpc_value *id, const char *dialect) {
    xmlrpc_value *answer;
    xmlrpc_value *params = xmlrpc_build_value(&env, "(V)", id);
    int http_refusal;

    check(READ);
    xmlrpc_client_call2(&env, client, server, READ, params, &answer);
    xmlrpc_DECREF(params);
    if (!env.fault_occurred)
        return strcmp(dialect, "phpgroupware") == 0 && strcmp(text(answer), "UNAUTHORIZED") == 0;
    /* The library reports an HTTP status as an error of the network; the number is in the text only. */
    http_refusal = env.fault_code == XMLRPC_NETWORK_ERROR && strstr(env.fault_string, "401") != NULL;
    if (strcmp(dialect, "egroupware") == 0)
        return http_refusal;
    return strcmp(dialect, "plain") == 0 && env.fault_code == LOGIN_REQUIRED;
}

static void run(const char *user, const char *password, const char *dialect) {
    xmlrpc_value *session, *list, *record, *id;
    const char *sessionid, *kp3;
    int i, found = 0;

    session = call("system.login", xmlrpc_build_value(&env, "({s:s,s:s})", "username", user, "password", password));
    if (member(session, "GOAWAY") != NULL)
        die("login refused");
    sessionid = text(member(session, "sessionid"));
    kp3 = text(member(session, "kp3"));
    if (*sessionid == '\0' || *kp3 == '\0')
        die("login gave no session");
    /* From now on every call carries the session as HTTP Basic. */
    xmlrpc_server_info_set_user(&env, server, sessionid, kp3);
    check("session");
    xmlrpc_server_info_allow_auth_basic(&env, server);
    check("session");
    printf("login ok\n");

    list = call("system.listMethods", xmlrpc_build_value(&env, "()"));
    for (i = 0; i < length(list); i++)
        found |= strcmp(text(element(list, i)), "system.login") == 0;
    if (!found)
        die("listMethods does not name system.login");
    printf("listMethods ok %d\n", length(list));

    id = call("addressbook.boaddressbook.write",
              xmlrpc_build_value(&env, "({s:s,s:s,s:s})", "n_given", GIVEN, "n_family", FAMILY, "access", "private"));
    if (atol(text(id)) <= 0)
        die("write gave no id but \"%s\"", text(id));
    printf("write ok %s\n", text(id));

    record = call(READ, xmlrpc_build_value(&env, "(V)", id));
    if (!same(record, "n_given", GIVEN) || !same(record, "n_family", FAMILY))
        die("read gave another name: %s %s", text(member(record, "n_given")), text(member(record, "n_family")));
    printf("read ok\n");

    list = call("addressbook.boaddressbook.search",
                xmlrpc_build_value(&env, "({s:s,s:(ss)})", "query", FAMILY, "fields", "n_given", "n_family"));
    for (found = 0, i = 0; i < length(list); i++)
        found |= same(element(list, i), "id", text(id)) && same(element(list, i), "n_given", GIVEN);
    if (!found)
        die("search did not find the new contact");
    printf("search ok %d\n", length(list));

    if (!truth(call("addressbook.boaddressbook.delete", xmlrpc_build_value(&env, "(V)", id))))
        die("delete did not answer true");
    printf("delete ok\n");

    record = call("system.logout",
                  xmlrpc_build_value(&env, "({s:s,s:s})", "sessionid", sessionid, "kp3", kp3));
    if (strcmp(dialect, "plain") == 0 ? !truth(record) : !same(record, "GOODBYE", "XOXO"))
        die("logout did not say that it ended the session");
    printf("logout ok\n");

    if (!refused(id, dialect))
        die("the ended session was not refused");
    printf("refused ok\n");
}

/* The nth argument, or the environment variable, or the default. */
static const char *setting(int argc, char **argv, int n, const char *variable, const char *standard) {
    const char *value = n < argc ? argv[n] : getenv(variable);

    return value != NULL ? value : standard;
}

int main(int argc, char **argv) {
    const char *url = setting(argc, argv, 1, "COUNTERSIGN_URL", "");
    const char *user = setting(argc, argv, 2, "COUNTERSIGN_USER", "");
    const char *dialect = setting(argc, argv, 3, "COUNTERSIGN_DIALECT", "plain");
    const char *password = setting(0, argv, 0, "COUNTERSIGN_PASSWORD", "");

    if (*url == '\0' || *user == '\0' || *password == '\0' ||
        (strcmp(dialect, "plain") != 0 && strcmp(dialect, "phpgroupware") != 0 && strcmp(dialect, "egroupware") != 0)) {
        fputs("usage: COUNTERSIGN_PASSWORD=... " NAME " URL USER [plain|phpgroupware|egroupware]\n", stderr);
        return 2;
    }
    xmlrpc_env_init(&env);
    xmlrpc_client_setup_global_const(&env);
    check("set-up");
    xmlrpc_client_create(&env, XMLRPC_CLIENT_NO_FLAGS, NAME, "1", NULL, 0, &client);
    check("set-up");
    server = xmlrpc_server_info_new(&env, url);
    check("set-up");
    run(user, password, dialect);
    return 0;
}
