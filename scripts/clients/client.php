#!/usr/bin/env php
<?php
/*
 * Countersign from PHP, with the xmlrpc extension and PHP's own HTTP streams.
 *
 *     COUNTERSIGN_PASSWORD=gump php client.php http://127.0.0.1:8080/RPC2 bubba [plain|phpgroupware|egroupware]
 *
 * Logs in, lists the methods, writes, reads, searches and deletes a contact,
 * logs out, and shows that the session is refused afterwards. One line per step;
 * any unexpected answer ends the program with a sentence and status 1.
 */

declare(strict_types=1);

const GIVEN = 'Zoë <& "Q">';
const FAMILY = 'Ångström-PHP';
const LOGIN_REQUIRED = -32001; // fault code of the plain dialect

// Without these options the extension takes strings for Latin-1 and sends every
// UTF-8 byte as a character of its own.
const REQUEST_OPTIONS = ['encoding' => 'utf-8', 'escaping' => ['markup']];

/** An answer that this program did not expect. */
class Unexpected extends Exception {}

/** A fault; its code is the fault code. */
class Fault extends Exception {}

/** A call refused by HTTP status 401. */
class Unauthorised extends Exception {}

final class Client
{
    private ?string $pair = null;

    public function __construct(private string $url) {}

    /** From now on every call carries the session as HTTP Basic. */
    public function authenticate(array $session): void
    {
        $this->pair = base64_encode($session['sessionid'] . ':' . $session['kp3']);
    }

    public function call(string $method, mixed ...$params): mixed
    {
        $header = ['Content-Type: text/xml; charset=utf-8', 'Connection: close'];
        if ($this->pair !== null) {
            $header[] = 'Authorization: Basic ' . $this->pair;
        }
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'protocol_version' => 1.1,
            'header' => $header,
            'content' => xmlrpc_encode_request($method, $params, REQUEST_OPTIONS),
            'ignore_errors' => true,
            'timeout' => 30,
        ]]);
        $stream = @fopen($this->url, 'rb', false, $context);
        if ($stream === false) {
            throw new Unexpected('no answer from ' . $this->url);
        }
        $status = (int) explode(' ', stream_get_meta_data($stream)['wrapper_data'][0])[1];
        $body = stream_get_contents($stream);
        fclose($stream);
        if ($status === 401) {
            throw new Unauthorised('HTTP status 401');
        }
        if ($status !== 200) {
            throw new Unexpected("HTTP status $status");
        }
        $answer = xmlrpc_decode($body, 'utf-8');
        if ($answer === null) {
            throw new Unexpected('the answer is not XML-RPC');
        }
        if (is_array($answer) && xmlrpc_is_fault($answer)) {
            throw new Fault($answer['faultString'], $answer['faultCode']);
        }
        return $answer;
    }
}

function expect(bool $condition, string $sentence): void
{
    if (!$condition) {
        throw new Unexpected($sentence);
    }
}

/** Whether reading the contact is refused in the way of this dialect. */
function refused(Client $client, mixed $id, string $dialect): bool
{
    try {
        $answer = $client->call('addressbook.boaddressbook.read', $id);
    } catch (Fault $fault) {
        return $dialect === 'plain' && $fault->getCode() === LOGIN_REQUIRED;
    } catch (Unauthorised) {
        return $dialect === 'egroupware';
    }
    return $dialect === 'phpgroupware' && $answer === 'UNAUTHORIZED';
}

function run(string $url, string $user, string $password, string $dialect): void
{
    $client = new Client($url);

    $session = $client->call('system.login', ['username' => $user, 'password' => $password]);
    expect(!isset($session['GOAWAY']), 'login refused');
    expect(isset($session['sessionid'], $session['kp3']), 'login gave no session');
    $client->authenticate($session);
    echo "login ok\n";

    // The phpgroupware dialect sends lists as structs 0, 1, 2…; PHP arrays are the same for both.
    $methods = $client->call('system.listMethods');
    expect(in_array('system.login', $methods, true), 'listMethods does not name system.login');
    echo 'listMethods ok ', count($methods), "\n";

    $id = $client->call('addressbook.boaddressbook.write', [
        'n_given' => GIVEN, 'n_family' => FAMILY, 'access' => 'private',
    ]);
    expect((is_int($id) || is_string($id)) && (int) $id > 0, 'write gave no id but ' . var_export($id, true));
    echo "write ok $id\n";

    $record = $client->call('addressbook.boaddressbook.read', $id);
    expect(($record['n_given'] ?? null) === GIVEN && ($record['n_family'] ?? null) === FAMILY,
        'read gave another name: ' . var_export($record, true));
    echo "read ok\n";

    $found = $client->call('addressbook.boaddressbook.search', [
        'query' => FAMILY, 'fields' => ['n_given', 'n_family'],
    ]);
    $hits = array_filter($found, fn($r) => (string) $r['id'] === (string) $id && $r['n_given'] === GIVEN);
    expect(count($hits) === 1, 'search did not find the new contact');
    echo 'search ok ', count($found), "\n";

    expect(in_array($client->call('addressbook.boaddressbook.delete', $id), [true, '1'], true),
        'delete did not answer true');
    echo "delete ok\n";

    $goodbye = $client->call('system.logout', ['sessionid' => $session['sessionid'], 'kp3' => $session['kp3']]);
    expect($goodbye === ($dialect === 'plain' ? true : ['GOODBYE' => 'XOXO']),
        'logout answered ' . var_export($goodbye, true));
    echo "logout ok\n";

    expect(refused($client, $id, $dialect), 'the ended session was not refused');
    echo "refused ok\n";
}

/** The nth argument, or the environment variable, or the default. */
function setting(int $n, string $variable, string $default = ''): string
{
    return $GLOBALS['argv'][$n] ?? (getenv($variable) ?: $default);
}

if (!function_exists('xmlrpc_encode_request')) {
    fwrite(STDERR, "client.php: PHP's xmlrpc extension is missing\n");
    exit(2);
}
$url = setting(1, 'COUNTERSIGN_URL');
$user = setting(2, 'COUNTERSIGN_USER');
$dialect = setting(3, 'COUNTERSIGN_DIALECT', 'plain');
$password = (string) getenv('COUNTERSIGN_PASSWORD');
if ($url === '' || $user === '' || $password === ''
    || !in_array($dialect, ['plain', 'phpgroupware', 'egroupware'], true)) {
    fwrite(STDERR, "usage: COUNTERSIGN_PASSWORD=… php client.php URL USER [plain|phpgroupware|egroupware]\n");
    exit(2);
}
try {
    run($url, $user, $password, $dialect);
} catch (Fault $fault) {
    fwrite(STDERR, "client.php: fault {$fault->getCode()}: {$fault->getMessage()}\n");
    exit(1);
} catch (Exception $error) {
    fwrite(STDERR, "client.php: {$error->getMessage()}\n");
    exit(1);
}
