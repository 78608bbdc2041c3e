/* A PAM module that does what its arguments in the service file say, in their order:
 *
 *   secret=TEXT  ask TEXT without echo; the answer must be the next argument is=ANSWER
 *   echo=TEXT    ask TEXT with echo, likewise
 *   is=ANSWER    refuse (PAM_AUTH_ERR) unless the last answer was this
 *   info=TEXT, error=TEXT   say something
 *   binary       send a message of a style that no application here knows
 *   user=NAME    set PAM_USER
 *   return=N     return this status
 *   delay=USEC   ask for a delay after a failure
 *   segv, abort, exit, hang
 *
 * Underscores in TEXT become blanks. Without return= it returns PAM_SUCCESS.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>

static const char *after(const char *arg, const char *key)
{
	size_t n = strlen(key);
	return strncmp(arg, key, n) == 0 ? arg + n : NULL;
}

static char *blanks(const char *text)
{
	char *copy = strdup(text), *p;
	for (p = copy; p != NULL && *p != '\0'; p++)
		if (*p == '_') *p = ' ';
	return copy;
}

static int say(pam_handle_t *pamh, int style, const char *text, char **answer)
{
	char *shown = blanks(text);
	int status = pam_prompt(pamh, style, answer, "%s", shown);
	free(shown);
	return status;
}

static int follow(pam_handle_t *pamh, int argc, const char **argv)
{
	char *answer = NULL;
	int status = PAM_SUCCESS;
	for (int i = 0; i < argc && status == PAM_SUCCESS; i++) {
		const char *value;
		if ((value = after(argv[i], "secret=")) || (value = after(argv[i], "echo="))) {
			free(answer);
			answer = NULL;
			status = say(pamh, argv[i][0] == 's' ? PAM_PROMPT_ECHO_OFF : PAM_PROMPT_ECHO_ON, value, &answer);
		} else if ((value = after(argv[i], "is="))) {
			if (answer == NULL || strcmp(answer, value) != 0) status = PAM_AUTH_ERR;
		} else if ((value = after(argv[i], "info="))) {
			status = say(pamh, PAM_TEXT_INFO, value, NULL);
		} else if ((value = after(argv[i], "error="))) {
			status = say(pamh, PAM_ERROR_MSG, value, NULL);
		} else if (strcmp(argv[i], "binary") == 0) {
			status = say(pamh, PAM_BINARY_PROMPT, "x", &answer);
		} else if ((value = after(argv[i], "user="))) {
			status = pam_set_item(pamh, PAM_USER, value);
		} else if ((value = after(argv[i], "return="))) {
			status = atoi(value);
		} else if ((value = after(argv[i], "delay="))) {
			status = pam_fail_delay(pamh, (unsigned)atoi(value));
		} else if (strcmp(argv[i], "segv") == 0) {
			raise(SIGSEGV);
			*(volatile int *)8 = 1;
		} else if (strcmp(argv[i], "abort") == 0) {
			abort();
		} else if (strcmp(argv[i], "exit") == 0) {
			exit(0);
		} else if (strcmp(argv[i], "hang") == 0) {
			signal(SIGTERM, SIG_IGN);
			for (;;) pause();
		}
	}
	free(answer);
	return status;
}

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return follow(pamh, argc, argv);
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return follow(pamh, argc, argv);
}

int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh; (void)flags; (void)argc; (void)argv;
	return PAM_SUCCESS;
}
