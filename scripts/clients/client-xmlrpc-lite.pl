#!/usr/bin/perl

# Countersign from Perl, with XMLRPC::Lite.
#
#     COUNTERSIGN_PASSWORD=gump perl client-xmlrpc-lite.pl http://127.0.0.1:8080/RPC2 bubba [plain]
#     COUNTERSIGN_PASSWORD=gump perl client-xmlrpc-lite.pl http://127.0.0.1:8080/xmlrpc.cgi bubba bugzilla
#
# plain has the session as HTTP Basic, bugzilla has a token among the arguments. Logs in,
# makes calls, logs out, and shows that the session is refused afterwards. One line per
# step; any unexpected answer ends the program with a sentence and status 1.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8);
use MIME::Base64 qw(encode_base64);
use XMLRPC::Lite;

binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';

my $GIVEN          = 'Zoë <& "Q">';
my $FAMILY         = 'Ångström-Lite';
my $BOOK           = 'addressbook.boaddressbook';
my $LOGIN_REQUIRED = -32001;                   # fault code of the plain dialect
my $STALE_TOKEN    = 32000;                    # fault code of Bugzilla's

# XMLRPC::Lite guesses types: digits would leave as <int>, letters outside ASCII as
# <base64>. Text that must stay text is told to.
sub text { return XMLRPC::Data->type(string => shift) }

sub fail { die shift() . "\n" }

sub expect {
    my ($condition, $sentence) = @_;
    fail($sentence) if !$condition;
    return;
}

# A client that gives a fault as an answer, and dies with a sentence if there is none.
sub connection {
    my ($url) = @_;
    my $client = XMLRPC::Lite->proxy($url);
    $client->on_fault(sub {
        my ($self, $answer) = @_;
        return $answer if ref $answer;
        fail('no answer: HTTP ' . $self->transport->status);
    });
    return $client;
}

# One call. Returns the value; dies with a sentence at a fault.
sub call {
    my ($client, $method, @params) = @_;
    my $answer = $client->call($method, @params);
    fail("$method: fault " . $answer->faultcode . ': ' . $answer->faultstring) if defined $answer->fault;
    return $answer->result;
}

# Whether a call is refused with this fault code.
sub refused {
    my ($code, $client, @call) = @_;
    my $answer = $client->call(@call);
    return defined $answer->fault && $answer->faultcode == $code;
}

sub plain {
    my ($url, $user, $password) = @_;
    my $client = connection($url);

    my $session = call($client, 'system.login', { username => text($user), password => text($password) });
    expect($session->{sessionid} && $session->{kp3}, 'login gave no session');
    # From now on every call carries the session as HTTP Basic.
    $client->transport->proxy->default_header(
        Authorization => 'Basic ' . encode_base64("$session->{sessionid}:$session->{kp3}", q{}));
    print "login ok\n";

    my $methods = call($client, 'system.listMethods');
    expect(scalar(grep { $_ eq 'system.login' } @{$methods}), 'listMethods does not name system.login');
    printf "listMethods ok %d\n", scalar @{$methods};

    my $id = call($client, "$BOOK.write",
        { n_given => text($GIVEN), n_family => text($FAMILY), access => text('private') });
    expect($id =~ /\A[1-9][0-9]*\z/, "write gave no id but $id");
    print "write ok $id\n";

    my $record = call($client, "$BOOK.read", $id);
    expect($record->{n_given} eq $GIVEN && $record->{n_family} eq $FAMILY,
        "read gave another name: $record->{n_given} $record->{n_family}");
    print "read ok\n";

    my $found = call($client, "$BOOK.search", { query => text($FAMILY) });
    expect(scalar(grep { $_->{id} eq $id && $_->{n_given} eq $GIVEN } @{$found}), 'search did not find the new contact');
    printf "search ok %d\n", scalar @{$found};

    expect(call($client, "$BOOK.delete", $id) eq '1', 'delete did not answer true');
    print "delete ok\n";

    expect(call($client, 'system.logout') eq '1', 'logout did not answer true');
    print "logout ok\n";

    expect(refused($LOGIN_REQUIRED, $client, "$BOOK.read", $id), 'the ended session was not refused');
    print "refused ok\n";
    return;
}

sub bugzilla {
    my ($url, $user, $password) = @_;
    my $client = connection($url);

    my $version = call($client, 'Bugzilla.version')->{version};
    expect($version =~ /\A[0-9]+[.][0-9]+/, "version is $version");
    print "version ok $version\n";

    my $login = call($client, 'User.login', { login => text($user), password => text($password) });
    expect($login->{id} && $login->{token}, 'login gave no token');
    print "login ok\n";

    my %session = (Bugzilla_token => text($login->{token}));
    my $users = call($client, 'User.get', { ids => [ $login->{id} ], %session })->{users};
    expect(@{$users} == 1 && $users->[0]{name} eq $user, 'User.get gave somebody else');
    print "user ok $users->[0]{real_name}\n";

    expect(call($client, 'User.valid_login', { login => text($user), %session }) eq '1', 'valid_login did not answer true');
    print "valid_login ok\n";

    # Nothing comes back, and not even that as a value.
    expect(!call($client, 'User.logout', {%session}), 'logout did not answer nothing');
    print "logout ok\n";

    expect(refused($STALE_TOKEN, $client, 'User.get', { ids => [ $login->{id} ], %session }),
        'the ended session was not refused');
    print "refused ok\n";
    return;
}

my %DIALECTS = (plain => \&plain, bugzilla => \&bugzilla);
my $url      = $ARGV[0] // $ENV{COUNTERSIGN_URL}     // q{};
my $user     = $ARGV[1] // $ENV{COUNTERSIGN_USER}    // q{};
my $dialect  = $ARGV[2] // $ENV{COUNTERSIGN_DIALECT} // 'plain';
my $password = $ENV{COUNTERSIGN_PASSWORD} // q{};
if ($url eq q{} || $user eq q{} || $password eq q{} || !$DIALECTS{$dialect}) {
    print {*STDERR} "usage: COUNTERSIGN_PASSWORD=… perl client-xmlrpc-lite.pl URL USER [plain|bugzilla]\n";
    exit 2;
}
if (!eval { $DIALECTS{$dialect}->($url, decode_utf8($user), decode_utf8($password)); 1 }) {
    print {*STDERR} "client-xmlrpc-lite.pl: $@";
    exit 1;
}
