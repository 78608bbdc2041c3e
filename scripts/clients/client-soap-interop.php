#!/usr/bin/env php
<?php
/*
 * The base part of the second round of SOAP interoperability tests, from PHP, with
 * SoapClient: every method has to give its argument back.
 *
 *     php client-soap-interop.php http://127.0.0.1:8080/soap [plain|soap12|rpc|wsdl]
 *
 * Needs no login, but a server that has the methods: countersign demo --modules soapinterop.
 * plain works without a WSDL, soap12 too but in SOAP 1.2; rpc and wsdl work from the WSDL,
 * with its rpc/encoded and its document/literal binding. The result is held against the
 * argument as SoapClient reads it, and the answer against a pattern where the tests ask
 * for more. One line per vector; the first that differs ends the program with a sentence
 * and status 1.
 */

declare(strict_types=1);

const NAMESPACE_URI = 'http://soapinterop.org/';
const STRUCTS = 'http://soapinterop.org/xsd';
const FORMS = ['plain', 'soap12', 'rpc', 'wsdl'];

/** A result that this program did not expect. */
class Unexpected extends Exception {}

/**
 * The vectors: name, method, argument, result, and for the encoded forms a pattern of the
 * answer. SoapClient gives the bytes of base64 and hexadecimal values, and dates and
 * decimals as text.
 */
function vectors(string $form): array
{
    // The WSDL says what type a value is of. Without it, types that PHP has not got have to
    // be said, and answers say theirs.
    $described = in_array($form, ['rpc', 'wsdl'], true);
    $typed = fn(mixed $value, int $type, string $name, string $namespace = XSD_NAMESPACE) =>
        $described ? $value : new SoapVar($value, $type, $name, $namespace);
    $same = (object) ['varString' => 'arg', 'varInt' => 34, 'varFloat' => 325.325];
    $struct = $typed($same, SOAP_ENC_OBJECT, 'SOAPStruct', STRUCTS);
    $date = '2001-05-24T17:31:41Z';
    // SOAP 1.2 has the type of an array's items and their number in two attributes.
    $array = fn(string $type, int $n) => $form === 'soap12'
        ? "/itemType=\"$type\" [^>]*arraySize=\"$n\"/"
        : "/arrayType=\"{$type}\\[$n\\]\"/";
    $vectors = [];
    foreach (['text' => 'Hello World!', 'empty text' => '', 'markup' => ">,<,&,\",',\\\n", 'UTF-8' => 'Grüße, 日本語, 𝄞'] as $name => $text) {
        $vectors[] = [$name, 'echoString', $text, $text, '/xsi:type="xsd:string"/'];
    }
    return [
        ...$vectors,
        ['no text', 'echoString', null, null, '/xsi:nil="true"/'],
        ['texts', 'echoStringArray', ['good', 'bad'], ['good', 'bad'], $array('xsd:string', 2)],
        ['one text', 'echoStringArray', ['one'], ['one'], $array('xsd:string', 1)],
        ['no texts', 'echoStringArray', [], [], $array('xsd:string', 0)],
        ['no array', 'echoStringArray', null, null, '/xsi:nil="true"/'],
        ['integer', 'echoInteger', 34, 34, '/xsi:type="xsd:int"/'],
        ['integers', 'echoIntegerArray', [1, 234324324, 2], [1, 234324324, 2], $array('xsd:int', 3)],
        ['number', 'echoFloat', 325.325, 325.325, '/xsi:type="xsd:(float|double)"/'],
        ['numbers', 'echoFloatArray', [1.3223, 34.2, 325.325], [1.3223, 34.2, 325.325], $array('xsd:(float|double)', 3)],
        ['struct', 'echoStruct', $struct, $same, '/xsi:type="\w+:SOAPStruct"/'],
        ['structs', 'echoStructArray', [$struct, $struct], [$same, $same], $array('\w+:SOAPStruct', 2)],
        ['nothing', 'echoVoid', null, null, '{<(\w+:)?echoVoidResponse[^>]*(/>|></)}'],
        ['bytes', 'echoBase64', $typed('Nebraska', XSD_BASE64BINARY, 'base64Binary'), 'Nebraska', '/>TmVicmFza2E=</'],
        ['hexadecimal', 'echoHexBinary', $typed('soapx4', XSD_HEXBINARY, 'hexBinary'), 'soapx4', '/xsi:type="xsd:hexBinary">736F61707834</'],
        ['decimal', 'echoDecimal', $typed('12345.67890', XSD_DECIMAL, 'decimal'), '12345.67890', '/xsi:type="xsd:decimal">12345\.67890</'],
        ['date', 'echoDate', $typed($date, XSD_DATETIME, 'dateTime'), $date, '/xsi:type="xsd:dateTime"/'],
        ['true', 'echoBoolean', true, true, '/xsi:type="xsd:boolean">(true|1)</'],
        ['false', 'echoBoolean', false, false, '/xsi:type="xsd:boolean">(false|0)</'],
    ];
}

function connection(string $url, string $form): SoapClient
{
    $options = ['trace' => true, 'cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS];
    return match ($form) {
        'plain' => new SoapClient(null, $options + ['location' => $url, 'uri' => NAMESPACE_URI]),
        'soap12' => new SoapClient(null, $options + ['location' => $url, 'uri' => NAMESPACE_URI, 'soap_version' => SOAP_1_2]),
        'rpc' => new SoapClient("$url?wsdl=rpc", $options),
        'wsdl' => new SoapClient("$url?wsdl=literal", $options),
    };
}

/** One call. In the literal form argument and result, and the items of arrays, are members. */
function call(SoapClient $client, string $form, string $method, mixed $argument): mixed
{
    if ($method === 'echoVoid') {
        $result = $client->__soapCall($method, $form === 'wsdl' ? [[]] : []);
        return $form === 'wsdl' && $result == new stdClass() ? null : $result;
    }
    if ($form !== 'wsdl') {
        return $client->__soapCall($method, [$argument]);
    }
    if (is_array($argument)) {
        $argument = ['item' => $argument];
    }
    $result = $client->__soapCall($method, [['input' . substr($method, strlen('echo')) => $argument]])->return;
    return str_ends_with($method, 'Array') && $result !== null ? ($result->item ?? []) : $result;
}

function run(string $url, string $form): void
{
    $client = connection($url, $form);
    foreach (vectors($form) as [$name, $method, $argument, $want, $pattern]) {
        $result = call($client, $form, $method, $argument);
        $answer = $client->__getLastResponse();
        // As text, because that way objects are the same by their members, and 34 is not "34".
        $same = var_export($result, true) === var_export($want, true);
        if (!$same || ($form !== 'wsdl' && !preg_match($pattern, $answer))) {
            throw new Unexpected("$name came back as " . var_export($result, true) . " in $answer");
        }
        echo "$name ok\n";
    }
}

if (!class_exists('SoapClient')) {
    fwrite(STDERR, "client-soap-interop.php: PHP's soap extension is missing\n");
    exit(2);
}
$url = $argv[1] ?? (getenv('COUNTERSIGN_URL') ?: '');
$form = $argv[2] ?? 'plain';
if ($url === '' || !in_array($form, FORMS, true)) {
    fwrite(STDERR, "usage: php client-soap-interop.php URL [plain|soap12|rpc|wsdl]\n");
    exit(2);
}
try {
    run($url, $form);
} catch (SoapFault $fault) {
    fwrite(STDERR, "client-soap-interop.php: fault: {$fault->getMessage()}\n");
    exit(1);
} catch (Unexpected $error) {
    fwrite(STDERR, "client-soap-interop.php: {$error->getMessage()}\n");
    exit(1);
}
