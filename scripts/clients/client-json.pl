#!/usr/bin/perl

# Countersign over JSON-RPC from Perl, with JSON::RPC::Legacy::Client.
#
#     COUNTERSIGN_PASSWORD=gump perl client-json.pl http://127.0.0.1:8080/rpc bubba [plain]
#     COUNTERSIGN_PASSWORD=gump perl client-json.pl http://127.0.0.1:8080/jsonrpc.cgi bubba bugzilla
#
# plain is version 1.1 with the session as HTTP Basic; bugzilla has a token among the
# arguments and is done in version 1.1 and again in 1.0. Logs in, makes calls, logs out,
# and shows that the session is refused afterwards. One line per step; any unexpected
# answer ends the program with a sentence and status 1.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8);
use JSON::RPC::Legacy::Client;
use MIME::Base64 qw(encode_base64);

binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';

my $GIVEN          = 'Zoë <& "Q">';
my $FAMILY         = 'Ångström-JSON-Perl';
my $BOOK           = 'addressbook.boaddressbook';
my $LOGIN_REQUIRED = -32001;                        # error code of the plain dialect
my $STALE_TOKEN    = 32000;                         # error code of Bugzilla's

sub fail { die shift() . "\n" }

sub expect {
    my ($condition, $sentence) = @_;
    fail($sentence) if !$condition;
    return;
}

# One call, with one object of arguments. In version 1.0 it stands in a list. Returns the
# whole answer as data.
sub ask {
    my ($client, $url, $method, $arguments) = @_;
    my $params = $client->version eq '1.0' ? [$arguments] : $arguments;
    my $answer = $client->call($url, { method => $method, params => $params });
    fail("$method: HTTP " . $client->status_line) if !$answer;
    # For methods of "system" the library's result() is the summary of a service
    # description; the whole answer has the result of the call.
    return $answer->content;
}

# The result of a call; dies with a sentence at an error.
sub call {
    my ($client, $url, $method, $arguments) = @_;
    my $answer = ask($client, $url, $method, $arguments);
    fail("$method: error $answer->{error}{code}: $answer->{error}{message}") if $answer->{error};
    return $answer->{result};
}

# Whether a call is refused with this error code.
sub refused {
    my ($code, @call) = @_;
    my $answer = ask(@call);
    return $answer->{error} && $answer->{error}{code} == $code;
}

sub plain {
    my ($url, $user, $password) = @_;
    my $client = JSON::RPC::Legacy::Client->new;

    my $session = call($client, $url, 'system.login', { username => $user, password => $password });
    expect($session->{sessionid} && $session->{kp3}, 'login gave no session');
    # From now on every call carries the session as HTTP Basic.
    $client->ua->default_header(Authorization => 'Basic ' . encode_base64("$session->{sessionid}:$session->{kp3}", q{}));
    print "login ok\n";

    my $methods = call($client, $url, 'system.listMethods', {});
    expect(scalar(grep { $_ eq 'system.login' } @{$methods}), 'listMethods does not name system.login');
    printf "listMethods ok %d\n", scalar @{$methods};

    my $entry = { n_given => $GIVEN, n_family => $FAMILY, access => 'private' };
    my $id = call($client, $url, "$BOOK.write", { entry => $entry });
    expect($id =~ /\A[1-9][0-9]*\z/, "write gave no id but $id");
    print "write ok $id\n";

    my $record = call($client, $url, "$BOOK.read", { id => $id });
    expect($record->{n_given} eq $GIVEN && $record->{n_family} eq $FAMILY,
        "read gave another name: $record->{n_given} $record->{n_family}");
    print "read ok\n";

    my $found = call($client, $url, "$BOOK.search", { search => { query => $FAMILY } });
    expect(scalar(grep { $_->{id} eq $id } @{$found}), 'search did not find the new contact');
    printf "search ok %d\n", scalar @{$found};

    expect(call($client, $url, "$BOOK.delete", { id => $id }), 'delete did not answer true');
    print "delete ok\n";

    expect(call($client, $url, 'system.logout', {}), 'logout did not answer true');
    print "logout ok\n";

    expect(refused($LOGIN_REQUIRED, $client, $url, "$BOOK.read", { id => $id }), 'the ended session was not refused');
    print "refused ok\n";
    return;
}

sub bugzilla {
    my ($url, $user, $password) = @_;
    my $client = JSON::RPC::Legacy::Client->new;
    for my $wire (qw(1.1 1.0)) {
        $client->version($wire);

        my $version = call($client, $url, 'Bugzilla.version', {})->{version};
        expect($version =~ /\A[0-9]+[.][0-9]+/, "version is $version");
        print "version ok $version over $wire\n";

        my $login = call($client, $url, 'User.login', { login => $user, password => $password });
        expect($login->{id} && $login->{token}, 'login gave no token');
        print "login ok\n";

        my @get = ($client, $url, 'User.get', { ids => [ $login->{id} ], Bugzilla_token => $login->{token} });
        my $users = call(@get)->{users};
        expect(@{$users} == 1 && $users->[0]{name} eq $user, 'User.get gave somebody else');
        print "user ok $users->[0]{real_name}\n";

        expect(call($client, $url, 'User.valid_login', { login => $user, Bugzilla_token => $login->{token} }),
            'valid_login did not answer true');
        print "valid_login ok\n";

        expect(!defined call($client, $url, 'User.logout', { Bugzilla_token => $login->{token} }),
            'logout did not answer null');
        print "logout ok\n";

        expect(refused($STALE_TOKEN, @get), 'the ended session was not refused');
        print "refused ok\n";
    }
    return;
}

my %DIALECTS = (plain => \&plain, bugzilla => \&bugzilla);
my $url      = $ARGV[0] // $ENV{COUNTERSIGN_URL}     // q{};
my $user     = $ARGV[1] // $ENV{COUNTERSIGN_USER}    // q{};
my $dialect  = $ARGV[2] // $ENV{COUNTERSIGN_DIALECT} // 'plain';
my $password = $ENV{COUNTERSIGN_PASSWORD} // q{};
if ($url eq q{} || $user eq q{} || $password eq q{} || !$DIALECTS{$dialect}) {
    print {*STDERR} "usage: COUNTERSIGN_PASSWORD=… perl client-json.pl URL USER [plain|bugzilla]\n";
    exit 2;
}
if (!eval { $DIALECTS{$dialect}->($url, decode_utf8($user), decode_utf8($password)); 1 }) {
    print {*STDERR} "client-json.pl: $@";
    exit 1;
}
