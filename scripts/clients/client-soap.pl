#!/usr/bin/perl

# Countersign over SOAP from Perl, with SOAP::Lite, without a WSDL.
#
#     COUNTERSIGN_PASSWORD=gump perl client-soap.pl http://127.0.0.1:8080/soap bubba [plain]
#     COUNTERSIGN_PASSWORD=gump perl client-soap.pl http://127.0.0.1:8080/phpgroupware/soap.php bubba [phpgroupware|egroupware]
#
# Shows what a refused login looks like, logs in, lists the methods, calls once with the
# session in a header block, writes, reads, searches and deletes a contact, logs out, and
# shows that the session is refused afterwards. One line per step; any unexpected answer
# ends the program with a sentence and status 1.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8);
use MIME::Base64 qw(encode_base64);
use SOAP::Lite;

binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';

my $GIVEN   = 'Zoë <& "Q">';
my $FAMILY  = 'Ångström-SOAP-Perl';
my $BOOK    = 'addressbook.boaddressbook';
my $SERVICE = 'urn:countersign';          # namespace of the service's header block

# Codes in the detail of a fault. The historic dialects refuse a login with an answer.
my $LOGIN_REFUSED  = -32002;
my %LOGIN_REQUIRED = (plain => -32001, phpgroupware => 18, egroupware => 18);

# SOAP::Lite guesses types: text outside ASCII would leave as base64, digits as a number.
sub text { return SOAP::Data->type(string => shift) }

sub fail { die shift() . "\n" }

sub expect {
    my ($condition, $sentence) = @_;
    fail($sentence) if !$condition;
    return;
}

sub connection {
    my ($url) = @_;
    my $client = SOAP::Lite->proxy($url, timeout => 30)->default_ns('http://soapinterop.org');
    # A fault is an answer, whatever the HTTP status; anything else that goes wrong is not.
    $client->on_fault(sub {
        my ($self, $answer) = @_;
        return ref $answer ? $answer : fail('HTTP: ' . $self->transport->status);
    });
    return $client;
}

# From now on every call carries the session as HTTP Basic.
sub authenticate {
    my ($client, $session) = @_;
    my $pair = encode_base64("$session->{sessionid}:$session->{kp3}", q{});
    $client->transport->http_request->header(Authorization => "Basic $pair");
    return;
}

# A block for the SOAP header with the session in it.
sub header_block {
    my ($session) = @_;
    my @pair = map { SOAP::Data->name($_ => text($session->{$_})) } qw(sessionid kp3);
    return SOAP::Header->name('credentials')->uri($SERVICE)->mustUnderstand(1)->value(\SOAP::Data->value(@pair));
}

# The answer to a call, which must not be a fault.
sub answer {
    my ($client, $method, @arguments) = @_;
    my $answer = $client->call($method, @arguments);
    fail("$method: fault: " . $answer->faultstring) if $answer->fault;
    return $answer;
}

sub call { return scalar answer(@_)->result }

# The elements of a list. The phpgroupware dialect sends lists as structs 0, 1, 2…
sub items {
    my ($value) = @_;
    return @{$value} if ref $value eq 'ARRAY';
    return map { $value->{$_} } 0 .. keys(%{$value}) - 1;
}

# Whether a call ends with a fault with this code in its detail.
sub refused {
    my ($code, $client, @call) = @_;
    my $answer = $client->call(@call);
    return $answer->fault && ref $answer->faultdetail && $answer->faultdetail->{code} == $code;
}

sub login {
    my ($client, $user, $password, $dialect) = @_;
    my @call = ('system.login', { username => text($user), password => text($password) });

    my @wrong = ('system.login', { username => text($user), password => text("not $password") });
    expect($dialect eq 'plain' ? refused($LOGIN_REFUSED, $client, @wrong) : call($client, @wrong) eq 'XOXO',
        'a wrong password was not refused');
    print "login refused ok\n";

    # The historic dialects answer with the members themselves, not with a struct.
    my $answer = answer($client, @call);
    my $session = $dialect eq 'plain' ? $answer->result : $answer->method;
    expect($session->{sessionid} && $session->{kp3}, 'login gave no session');
    authenticate($client, $session);
    print "login ok\n";
    return $session;
}

sub run {
    my ($url, $user, $password, $dialect) = @_;
    my $client = connection($url);
    my $session = login($client, $user, $password, $dialect);

    my @methods = items(call($client, 'system.listMethods'));
    expect(scalar(grep { $_ eq 'system.login' } @methods), 'listMethods does not name system.login');
    printf "listMethods ok %d\n", scalar @methods;

    expect(call(connection($url), 'system.methodExist', text("$BOOK.read"), header_block($session)),
        'the session in a header block is not known');
    print "header ok\n";

    my $id = call($client, "$BOOK.write", { n_given => text($GIVEN), n_family => text($FAMILY), access => 'private' });
    expect($id =~ /\A[1-9][0-9]*\z/, "write gave no id but $id");
    print "write ok $id\n";

    my $record = call($client, "$BOOK.read", text($id));
    expect($record->{n_given} eq $GIVEN && $record->{n_family} eq $FAMILY,
        "read gave another name: $record->{n_given} $record->{n_family}");
    print "read ok\n";

    my @found = items(call($client, "$BOOK.search", { query => text($FAMILY), fields => [qw(n_given n_family)] }));
    my @hits = grep { $_->{id} eq $id && $_->{n_given} eq $GIVEN } @found;
    expect(@hits == 1, 'search did not find the new contact');
    printf "search ok %d\n", scalar @found;

    expect(call($client, "$BOOK.delete", text($id)), 'delete did not answer true');
    print "delete ok\n";

    my %pair = map { $_ => text($session->{$_}) } qw(sessionid kp3);
    my $goodbye = call($client, 'system.logout', \%pair);
    expect($dialect eq 'plain' ? $goodbye : $goodbye eq 'XOXO', "logout answered $goodbye");
    print "logout ok\n";

    expect(refused($LOGIN_REQUIRED{$dialect}, $client, "$BOOK.read", text($id)), 'the ended session was not refused');
    print "refused ok\n";
    return;
}

my $url      = $ARGV[0] // $ENV{COUNTERSIGN_URL}     // q{};
my $user     = $ARGV[1] // $ENV{COUNTERSIGN_USER}    // q{};
my $dialect  = $ARGV[2] // $ENV{COUNTERSIGN_DIALECT} // 'plain';
my $password = $ENV{COUNTERSIGN_PASSWORD} // q{};
if ($url eq q{} || $user eq q{} || $password eq q{} || !$LOGIN_REQUIRED{$dialect}) {
    print {*STDERR} "usage: COUNTERSIGN_PASSWORD=… perl client-soap.pl URL USER [plain|phpgroupware|egroupware]\n";
    exit 2;
}
if (!eval { run($url, decode_utf8($user), decode_utf8($password), $dialect); 1 }) {
    print {*STDERR} "client-soap.pl: $@";
    exit 1;
}
