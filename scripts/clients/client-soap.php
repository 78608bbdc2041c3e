#!/usr/bin/env php
<?php
/*
 * Countersign over SOAP from PHP, with SoapClient.
 *
 *     COUNTERSIGN_PASSWORD=gump php client-soap.php http://127.0.0.1:8080/soap bubba [wsdl|rpc|plain|soap12]
 *     COUNTERSIGN_PASSWORD=gump php client-soap.php http://127.0.0.1:8080/phpgroupware/soap.php bubba [phpgroupware|egroupware]
 *
 * wsdl and rpc work from the WSDL, with its document/literal and its rpc/encoded binding;
 * the others without one, soap12 in SOAP 1.2. Shows what a refused login looks like, logs
 * in, lists the methods, calls once with the session in a header block, writes, reads,
 * searches and deletes a contact, logs out, and shows that the session is refused
 * afterwards. One line per step; any unexpected answer ends the program with a sentence
 * and status 1.
 */

declare(strict_types=1);

const GIVEN = 'Zoë <& "Q">';
const FAMILY = 'Ångström-SOAP-PHP';
const SERVICE = 'urn:countersign'; // namespace of the service's header block
// Codes in the detail of a fault.
const LOGIN_REFUSED = -32002;
const LOGIN_REQUIRED = ['phpgroupware' => 18, 'egroupware' => 18];
const FORMS = ['wsdl', 'rpc', 'plain', 'soap12', 'phpgroupware', 'egroupware'];

/** An answer that this program did not expect. */
class Unexpected extends Exception {}

final class Client
{
    private SoapClient $soap;

    /** With a session every call carries it as HTTP Basic, and so does the request for the WSDL. */
    public function __construct(string $url, private string $form, ?array $session = null)
    {
        $options = [
            // The WSDL shows what its reader may call, so it is another one after the login.
            'cache_wsdl' => WSDL_CACHE_NONE,
            // A list of one is a list too.
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
            'connection_timeout' => 30,
        ];
        if ($session !== null) {
            $options += ['login' => $session['sessionid'], 'password' => $session['kp3']];
        }
        $this->soap = match ($form) {
            'wsdl' => new SoapClient("$url?wsdl=literal", $options),
            'rpc' => new SoapClient("$url?wsdl=rpc", $options),
            'soap12' => new SoapClient(null, $options + ['location' => $url, 'uri' => 'urn:example', 'soap_version' => SOAP_1_2]),
            default => new SoapClient(null, $options + ['location' => $url, 'uri' => 'http://soapinterop.org']),
        };
    }

    /** From now on the session goes in a block of the SOAP header. */
    public function sendInHeader(array $session): void
    {
        $block = (object) ['sessionid' => $session['sessionid'], 'kp3' => $session['kp3']];
        $this->soap->__setSoapHeaders(new SoapHeader(SERVICE, 'credentials', $block, true));
    }

    /** One call, with the arguments by name and in order. */
    public function call(string $method, array $arguments = []): mixed
    {
        // A WSDL has underscores for the dots.
        return match ($this->form) {
            'wsdl' => $this->soap->__soapCall(strtr($method, '.', '_'), [$arguments])->return,
            'rpc' => $this->soap->__soapCall(strtr($method, '.', '_'), array_values($arguments)),
            default => $this->soap->__soapCall($method, array_values($arguments)),
        };
    }
}

function expect(bool $condition, string $sentence): void
{
    if (!$condition) {
        throw new Unexpected($sentence);
    }
}

/** The elements of a list, which in the document/literal form are members "item". */
function items(mixed $list): array
{
    return is_object($list) ? $list->item ?? [] : $list;
}

/** The code of the fault that a call ends with, or null. */
function faultCode(callable $call): ?int
{
    try {
        $call();
    } catch (SoapFault $fault) {
        return isset($fault->detail->code) ? (int) $fault->detail->code : throw $fault;
    }
    return null;
}

function run(string $url, string $user, string $password, string $form): void
{
    $historic = isset(LOGIN_REQUIRED[$form]);
    $client = new Client($url, $form);
    $login = fn(string $password) => $client->call('system.login', ['login' => ['username' => $user, 'password' => $password]]);

    // The historic dialects refuse a login with a normal answer, { GOAWAY: XOXO }; of one member SoapClient gives the value.
    expect($historic ? $login("not $password") === 'XOXO' : faultCode(fn() => $login("not $password")) === LOGIN_REFUSED,
        'a wrong password was not refused');
    echo "login refused ok\n";

    $session = (array) $login($password);
    expect(isset($session['sessionid'], $session['kp3']), 'login gave no session');
    $client = new Client($url, $form, $session);
    echo "login ok\n";

    $methods = items($client->call('system.listMethods'));
    expect(in_array('system.login', $methods, true), 'listMethods does not name system.login');
    echo 'listMethods ok ', count($methods), "\n";

    $other = new Client($url, $form);
    $other->sendInHeader($session);
    expect($other->call('system.methodExist', ['name' => 'addressbook.boaddressbook.read']) == true,
        'the session in a header block is not known');
    echo "header ok\n";

    $id = $client->call('addressbook.boaddressbook.write', [
        'entry' => ['n_given' => GIVEN, 'n_family' => FAMILY, 'access' => 'private'],
    ]);
    expect((int) $id > 0, 'write gave no id but ' . var_export($id, true));
    echo "write ok $id\n";

    $record = (array) $client->call('addressbook.boaddressbook.read', ['id' => $id]);
    expect($record['n_given'] === GIVEN && $record['n_family'] === FAMILY, 'read gave another name: ' . var_export($record, true));
    echo "read ok\n";

    $fields = ['n_given', 'n_family'];
    $found = items($client->call('addressbook.boaddressbook.search', [
        'search' => ['query' => FAMILY, 'fields' => $form === 'wsdl' ? ['item' => $fields] : $fields],
    ]));
    $hits = array_filter($found, fn($r) => ((array) $r)['id'] === (string) $id && ((array) $r)['n_given'] === GIVEN);
    expect(count($hits) === 1, 'search did not find the new contact');
    echo 'search ok ', count($found), "\n";

    expect(in_array($client->call('addressbook.boaddressbook.delete', ['id' => $id]), [true, '1'], true),
        'delete did not answer true');
    echo "delete ok\n";

    $goodbye = $client->call('system.logout', ['session' => ['sessionid' => $session['sessionid'], 'kp3' => $session['kp3']]]);
    expect($goodbye === ($historic ? 'XOXO' : true), 'logout answered ' . var_export($goodbye, true));
    echo "logout ok\n";

    $code = faultCode(fn() => $client->call('addressbook.boaddressbook.read', ['id' => $id]));
    expect($code === (LOGIN_REQUIRED[$form] ?? -32001), 'the ended session was not refused');
    echo "refused ok\n";
}

/** The nth argument, or the environment variable, or the default. */
function setting(int $n, string $variable, string $default = ''): string
{
    return $GLOBALS['argv'][$n] ?? (getenv($variable) ?: $default);
}

if (!class_exists('SoapClient')) {
    fwrite(STDERR, "client-soap.php: PHP's soap extension is missing\n");
    exit(2);
}
$url = setting(1, 'COUNTERSIGN_URL');
$user = setting(2, 'COUNTERSIGN_USER');
$form = setting(3, 'COUNTERSIGN_DIALECT', 'wsdl');
$password = (string) getenv('COUNTERSIGN_PASSWORD');
if ($url === '' || $user === '' || $password === '' || !in_array($form, FORMS, true)) {
    fwrite(STDERR, 'usage: COUNTERSIGN_PASSWORD=… php client-soap.php URL USER [' . implode('|', FORMS) . "]\n");
    exit(2);
}
try {
    run($url, $user, $password, $form);
} catch (SoapFault $fault) {
    fwrite(STDERR, "client-soap.php: fault: {$fault->getMessage()}\n");
    exit(1);
} catch (Unexpected $error) {
    fwrite(STDERR, "client-soap.php: {$error->getMessage()}\n");
    exit(1);
}
