#!/usr/bin/perl

# The base part of the second round of SOAP interoperability tests, from Perl, with
# SOAP::Lite: every method has to give its argument back.
#
#     perl client-soap-interop.pl http://127.0.0.1:8080/soap [2001|1999]
#
# Needs no login, but a server that has the methods: countersign demo --modules soapinterop.
# The vectors go in the schema of 2001 or, those that have a type there, in that of 1999.
# The result is held against the argument as SOAP::Lite reads it, and the answer against a
# pattern where the tests ask for more. One line per vector; the first that differs ends
# the program with a sentence and status 1.

use strict;
use warnings;
use utf8;

use SOAP::Lite;

binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';

my $NAMESPACE = 'http://soapinterop.org/';
my $STRUCTS   = 'http://soapinterop.org/xsd';
my $BOTH      = [ 2001, 1999 ];
my $NIL       = qr/xsi:(?:nil="true"|null="1")/;

sub fail { die shift() . "\n" }

# A value of a type of the schema: SOAP::Lite guesses types that it is not told.
sub typed {
    my ($type, $value) = @_;
    return SOAP::Data->type($type => $value);
}

sub array {
    my ($type, @items) = @_;
    return [ map { typed($type => $_) } @items ];
}

my $STRUCT = { varString => 'arg', varInt => 34, varFloat => 325.325 };

sub structure {
    my @members = (
        SOAP::Data->name(varString => typed(string => $STRUCT->{varString})),
        SOAP::Data->name(varInt    => typed(int    => $STRUCT->{varInt})),
        SOAP::Data->name(varFloat  => typed(float  => $STRUCT->{varFloat})),
    );
    return SOAP::Data->type('si:SOAPStruct')->value(\SOAP::Data->value(@members));
}

# A vector: name, method, arguments, result, years of the schema, pattern of the answer.
sub vectors {
    my @texts    = ([ text => 'Hello World!' ], [ 'empty text' => q{} ], [ markup => qq{>,<,&,",',\\\n} ], [ 'UTF-8' => 'Grüße, 日本語, 𝄞' ]);
    my @integers = (1, 234_324_324, 2);
    my @numbers  = (1.3223, 34.2, 325.325);
    my $date     = '2001-05-24T17:31:41Z';
    return (
        (map { [ $_->[0], echoString => [ typed(string => $_->[1]) ], $_->[1], $BOTH, qr/xsi:type="xsd:string"/ ] } @texts),
        [ 'no text',      echoString       => [undef], undef, $BOTH, $NIL ],
        [ 'texts',        echoStringArray  => [ array(string => qw(good bad)) ], [qw(good bad)], $BOTH, qr/arrayType="xsd:string\[2\]"/ ],
        [ 'one text',     echoStringArray  => [ array(string => 'one') ], ['one'], $BOTH, qr/arrayType="xsd:string\[1\]"/ ],
        [ 'no texts',     echoStringArray  => [ [] ], [], $BOTH, qr/arrayType="xsd:string\[0\]"/ ],
        [ 'no array',     echoStringArray  => [undef], undef, $BOTH, $NIL ],
        [ 'integer',      echoInteger      => [ typed(int => 34) ], 34, $BOTH, qr/xsi:type="xsd:int"/ ],
        [ 'integers',     echoIntegerArray => [ array(int => @integers) ], \@integers, $BOTH, qr/arrayType="xsd:int\[3\]"/ ],
        [ 'number',       echoFloat        => [ typed(float => 325.325) ], 325.325, $BOTH, qr/xsi:type="xsd:(?:float|double)"/ ],
        [ 'numbers',      echoFloatArray   => [ array(float => @numbers) ], \@numbers, $BOTH, qr/arrayType="xsd:(?:float|double)\[3\]"/ ],
        [ 'struct',       echoStruct       => [ structure() ], $STRUCT, $BOTH, qr/xsi:type="\w+:SOAPStruct"/ ],
        [ 'structs',      echoStructArray  => [ [ structure(), structure() ] ], [ $STRUCT, $STRUCT ], $BOTH, qr/arrayType="\w+:SOAPStruct\[2\]"/ ],
        [ 'nothing',      echoVoid         => [], undef, $BOTH, qr{<(?:\w+:)?echoVoidResponse[^>]*(?:/>|></)} ],
        [ 'bytes',        echoBase64       => [ typed(base64 => 'Nebraska') ], 'Nebraska', $BOTH, qr/>TmVicmFza2E=</ ],
        [ 'hexadecimal',  echoHexBinary    => [ typed(hexBinary => 'soapx4') ], 'soapx4', [2001], qr/xsi:type="xsd:hexBinary">736F61707834</ ],
        [ 'decimal',      echoDecimal      => [ typed(decimal => '12345.67890') ], '12345.67890', $BOTH, qr/xsi:type="xsd:decimal">12345\.67890</ ],
        [ 'date',         echoDate         => [ typed(dateTime => $date) ], $date, [2001], qr/xsi:type="xsd:dateTime"/ ],
        [ 'time instant', echoDate         => [ typed(timeInstant => $date) ], $date, [1999], qr/xsi:type="xsd:timeInstant"/ ],
        [ 'true',         echoBoolean      => [ typed(boolean => 'true') ], 1, $BOTH, qr/xsi:type="xsd:boolean">(?:true|1)</ ],
        [ 'false',        echoBoolean      => [ typed(boolean => 'false') ], 0, $BOTH, qr/xsi:type="xsd:boolean">(?:false|0)</ ],
    );
}

sub connection {
    my ($url, $year) = @_;
    my $client = SOAP::Lite->proxy($url, timeout => 30)->default_ns($NAMESPACE);
    $client->serializer->xmlschema("http://www.w3.org/$year/XMLSchema")->register_ns($STRUCTS, 'si');
    # A fault is an answer; anything else that goes wrong is not.
    $client->on_fault(sub {
        my ($self, $answer) = @_;
        return ref $answer ? $answer : fail('HTTP: ' . $self->transport->status);
    });
    return $client;
}

# Whether two results are the same. A number may be written in another way: 34.2, 34.20.
sub same {
    my ($got, $want) = @_;
    return !defined $got && !defined $want if !defined $got || !defined $want;
    if (ref $want eq 'ARRAY') {
        return UNIVERSAL::isa($got, 'ARRAY') && @{$got} == @{$want} && !grep { !same($got->[$_], $want->[$_]) } 0 .. $#{$want};
    }
    if (ref $want eq 'HASH') {
        return UNIVERSAL::isa($got, 'HASH') && keys(%{$got}) == keys(%{$want}) && !grep { !same($got->{$_}, $want->{$_}) } keys %{$want};
    }
    return $got eq $want || $got =~ /\A[0-9.]+\z/ && $want =~ /\A[0-9.]+\z/ && $got == $want;
}

sub run {
    my ($url, $year) = @_;
    my $client = connection($url, $year);
    for my $vector (vectors()) {
        my ($name, $method, $arguments, $want, $years, $pattern) = @{$vector};
        next if !grep { $_ == $year } @{$years};
        my $answer = $client->call($method, @{$arguments});
        fail("$name: fault: " . $answer->faultstring) if $answer->fault;
        my $document = $client->transport->proxy->http_response->content;
        fail("$name came back as $document") if !same(scalar $answer->result, $want) || $document !~ $pattern;
        print "$name ok\n";
    }
    return;
}

my $url  = $ARGV[0] // $ENV{COUNTERSIGN_URL} // q{};
my $year = $ARGV[1] // 2001;
if ($url eq q{} || !grep { $_ eq $year } @{$BOTH}) {
    print {*STDERR} "usage: perl client-soap-interop.pl URL [2001|1999]\n";
    exit 2;
}
if (!eval { run($url, $year); 1 }) {
    print {*STDERR} "client-soap-interop.pl: $@";
    exit 1;
}
