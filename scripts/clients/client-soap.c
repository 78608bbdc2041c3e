/*
 * Countersign over SOAP from C, with a client that gSOAP generates from the WSDL.
 * client-soap.sh has the commands that generate and build it.
 *
 *     COUNTERSIGN_PASSWORD=gump ./client-soap http://127.0.0.1:8080/soap bubba
 *
 * Shows what a refused login looks like, logs in, lists the methods, writes, reads,
 * searches and deletes a contact, logs out, and shows that the session is refused
 * afterwards. One line per step; any unexpected answer ends the program with a sentence
 * and status 1.
 *
 * Names are those that gSOAP makes: ns1 is the service's namespace, ns2 that of Apache's
 * Map, and _USCORE is an underscore.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Countersign.nsmap"
#include "soapH.h"

#define NAME "client-soap"
#define GIVEN "Zoë <& \"Q\">"
#define FAMILY "Ångström-gSOAP"
#define LOGIN_REQUIRED (-32001)
#define LOGIN_REFUSED (-32002)

static const char *url;
static struct soap *soap;
static char *sessionid, *kp3;

static void die(const char *format, ...) {
    va_list args;

    va_start(args, format);
    fputs(NAME ": ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void expect(int condition, const char *sentence) {
    if (!condition) die("%s", sentence);
}

/* fault_code gives the number in the detail of the last answer's fault. */
static int fault_code(void) {
    const char **detail = soap_faultdetail(soap);
    const char *number = detail && *detail ? strstr(*detail, "<code") : NULL;

    if (number) number = strchr(number, '>');
    if (!number) die("no code in the fault's detail");
    return atoi(number + 1);
}

static void done(int result, const char *method) {
    const char **text;

    if (result == SOAP_OK) return;
    text = soap_faultstring(soap);
    die("%s: %s", method, text && *text ? *text : "no answer");
}

/* with_session sends the session with the next call: gSOAP forgets it after each. */
static void with_session(void) {
    soap->userid = sessionid;
    soap->passwd = kp3;
}

/* Values of a Map may be of any type, so they are document nodes. */
static struct soap_dom_element *value_of(const char *text) {
    return soap_elt_text(soap_elt_new(soap, NULL, "value"), text);
}

static const char *text_of(const struct ns2__Map *map, const char *key) {
    int i;

    for (i = 0; i < map->__sizeitem; i++) {
        if (!strcmp(map->item[i].key, key) && map->item[i].value) return soap_elt_get_text(map->item[i].value);
    }
    return "";
}

/* text_in is text_of for a Map that stands in a list, where it is a document node too. */
static const char *text_in(struct soap_dom_element *map, const char *key) {
    struct soap_dom_element *item;

    for (item = soap_elt_find(map, NULL, "item"); item; item = soap_elt_find_next(item, NULL, "item")) {
        if (!strcmp(soap_elt_get_text(soap_elt_get(item, NULL, "key")), key)) {
            return soap_elt_get_text(soap_elt_get(item, NULL, "value"));
        }
    }
    return "";
}

static int login(const char *user, const char *password) {
    struct ns1__LoginRequest pair = {0};
    struct _ns1__system_USCORElogin in = {0};
    struct _ns1__system_USCOREloginResponse out = {0};
    int result;

    pair.username = (char *)user;
    pair.password = (char *)password;
    in.login = &pair;
    result = soap_call___ns1__system_USCORElogin(soap, url, NULL, &in, &out);
    if (result == SOAP_OK) {
        expect(out.return_ && out.return_->sessionid && out.return_->kp3, "login gave no session");
        sessionid = out.return_->sessionid;
        kp3 = out.return_->kp3;
    }
    return result;
}

static void list_methods(void) {
    struct _ns1__system_USCORElistMethods in = {0};
    struct _ns1__system_USCORElistMethodsResponse out = {0};
    int i, found = 0;

    with_session();
    done(soap_call___ns1__system_USCORElistMethods(soap, url, NULL, &in, &out), "listMethods");
    expect(out.return_ != NULL, "listMethods gave nothing");
    for (i = 0; i < out.return_->__sizeitem; i++) found += !strcmp(out.return_->item[i], "system.login");
    expect(found, "listMethods does not name system.login");
    printf("listMethods ok %d\n", out.return_->__sizeitem);
}

static char *write_contact(void) {
    struct _ns1__addressbook_USCOREboaddressbook_USCOREwrite in = {0};
    struct _ns1__addressbook_USCOREboaddressbook_USCOREwriteResponse out = {0};
    struct ns2__MapItem items[] = {{"n_given", NULL}, {"n_family", NULL}, {"access", NULL}};
    struct ns2__Map entry = {3, items};

    items[0].value = value_of(GIVEN);
    items[1].value = value_of(FAMILY);
    items[2].value = value_of("private");
    in.entry = &entry;
    with_session();
    done(soap_call___ns1__addressbook_USCOREboaddressbook_USCOREwrite(soap, url, NULL, &in, &out), "write");
    expect(out.return_ && atoi(out.return_) > 0, "write gave no id");
    printf("write ok %s\n", out.return_);
    return out.return_;
}

static int read_contact(const char *id) {
    struct _ns1__addressbook_USCOREboaddressbook_USCOREread in;
    struct _ns1__addressbook_USCOREboaddressbook_USCOREreadResponse out = {0};
    int result;

    soap_default__ns1__addressbook_USCOREboaddressbook_USCOREread(soap, &in);
    soap_elt_text(soap_elt_set(&in.id, NULL, "id"), id);
    with_session();
    result = soap_call___ns1__addressbook_USCOREboaddressbook_USCOREread(soap, url, NULL, &in, &out);
    if (result == SOAP_OK) {
        expect(out.return_ && !strcmp(text_of(out.return_, "n_given"), GIVEN) && !strcmp(text_of(out.return_, "n_family"), FAMILY),
               "read gave another name");
    }
    return result;
}

static void search_contact(const char *id) {
    struct ns1__SearchParams search = {0};
    struct _ns1__addressbook_USCOREboaddressbook_USCOREsearch in = {0};
    struct _ns1__addressbook_USCOREboaddressbook_USCOREsearchResponse out = {0};
    int i, found = 0;

    search.query = FAMILY;
    in.search = &search;
    with_session();
    done(soap_call___ns1__addressbook_USCOREboaddressbook_USCOREsearch(soap, url, NULL, &in, &out), "search");
    expect(out.return_ != NULL, "search gave nothing");
    for (i = 0; i < out.return_->__sizeitem; i++) {
        found += !strcmp(text_in(&out.return_->item[i], "id"), id) && !strcmp(text_in(&out.return_->item[i], "n_given"), GIVEN);
    }
    expect(found == 1, "search did not find the new contact");
    printf("search ok %d\n", out.return_->__sizeitem);
}

static void delete_contact(const char *id) {
    struct _ns1__addressbook_USCOREboaddressbook_USCOREdelete in;
    struct _ns1__addressbook_USCOREboaddressbook_USCOREdeleteResponse out = {0};

    soap_default__ns1__addressbook_USCOREboaddressbook_USCOREdelete(soap, &in);
    soap_elt_text(soap_elt_set(&in.id, NULL, "id"), id);
    with_session();
    done(soap_call___ns1__addressbook_USCOREboaddressbook_USCOREdelete(soap, url, NULL, &in, &out), "delete");
    expect(out.return_ && *out.return_ == xsd__boolean__true_, "delete did not answer true");
    puts("delete ok");
}

static void logout(void) {
    struct _ns1__system_USCORElogout in = {0};
    struct _ns1__system_USCORElogoutResponse out = {0};

    with_session();
    done(soap_call___ns1__system_USCORElogout(soap, url, NULL, &in, &out), "logout");
    expect(out.return_ && *out.return_ == xsd__boolean__true_, "logout did not answer true");
    puts("logout ok");
}

int main(int argc, char **argv) {
    const char *password = getenv("COUNTERSIGN_PASSWORD");
    char *id;

    if (argc < 3 || !password) {
        fputs("usage: COUNTERSIGN_PASSWORD=... " NAME " URL USER\n", stderr);
        return 2;
    }
    url = argv[1];
    /* Without the flag text is taken for Latin-1. */
    soap = soap_new1(SOAP_C_UTFSTRING);
    soap->connect_timeout = soap->send_timeout = soap->recv_timeout = 30;

    expect(login(argv[2], "not the password") != SOAP_OK, "a wrong password was taken");
    expect(fault_code() == LOGIN_REFUSED, "a wrong password was refused with another code");
    puts("login refused ok");

    done(login(argv[2], password), "login");
    puts("login ok");
    list_methods();
    id = write_contact();
    done(read_contact(id), "read");
    puts("read ok");
    search_contact(id);
    delete_contact(id);
    logout();

    expect(read_contact(id) != SOAP_OK, "the ended session was not refused");
    expect(fault_code() == LOGIN_REQUIRED, "the ended session was refused with another code");
    puts("refused ok");

    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    return 0;
}
