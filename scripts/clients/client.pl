#!/usr/bin/perl

# Countersign from Perl, with RPC::XML.
#
#     COUNTERSIGN_PASSWORD=gump perl client.pl http://127.0.0.1:8080/RPC2 bubba [plain|phpgroupware|egroupware]
#
# Logs in, lists the methods, writes, reads, searches and deletes a contact, logs
# out, and shows that the session is refused afterwards. One line per step; any
# unexpected answer ends the program with a sentence and status 1.

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8);
use RPC::XML;
use RPC::XML::Client;

# The default is us-ascii, in which RPC::XML cannot send the names below.
$RPC::XML::ENCODING = 'utf-8';
binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';

my $GIVEN  = 'Zoë <& "Q">';
my $FAMILY = 'Ångström-Perl';
my $READ   = 'addressbook.boaddressbook.read';
my $LOGIN_REQUIRED = -32001;    # fault code of the plain dialect

# RPC::XML guesses types: a password of digits would leave as <int>, "1e3" as
# <double>. Text that must stay text is wrapped.
sub text { return RPC::XML::string->new(shift) }

sub fail { die shift() . "\n" }

sub expect {
    my ($condition, $sentence) = @_;
    fail($sentence) if !$condition;
    return;
}

# One call. Returns the value; dies with a sentence at a fault and at every HTTP error.
sub call {
    my ($client, $method, @params) = @_;
    my $answer = $client->send_request($method, @params);
    fail("HTTP: $answer") if !ref $answer;
    fail('fault ' . $answer->code . ': ' . $answer->string) if $answer->is_fault;
    return $answer->value;
}

# The elements of a list. The phpgroupware dialect sends lists as structs 0, 1, 2…
sub items {
    my ($value) = @_;
    return @{$value} if ref $value eq 'ARRAY';
    return map { $value->{$_} } 0 .. keys(%{$value}) - 1;
}

# Whether reading the contact is refused in the way of this dialect.
sub refused {
    my ($client, $id, $dialect) = @_;
    # RPC::XML gives the text of an HTTP error only; the number comes from the user agent.
    my $status = 0;
    $client->useragent->add_handler(response_done => sub { $status = shift->code; return });
    my $answer = $client->send_request($READ, $id);
    return $dialect eq 'egroupware' && $status == 401 if !ref $answer;
    return $dialect eq 'plain' && $answer->code == $LOGIN_REQUIRED if $answer->is_fault;
    return $dialect eq 'phpgroupware' && $answer->value eq 'UNAUTHORIZED';
}

sub run {
    my ($url, $user, $password, $dialect) = @_;
    my $client = RPC::XML::Client->new($url);
    expect(ref $client, $client);

    my $session = call($client, 'system.login', { username => text($user), password => text($password) });
    expect(!exists $session->{GOAWAY}, 'login refused');
    expect($session->{sessionid} && $session->{kp3}, 'login gave no session');
    # From now on every call carries the session as HTTP Basic.
    $client->request->authorization_basic($session->{sessionid}, $session->{kp3});
    print "login ok\n";

    my @methods = items(call($client, 'system.listMethods'));
    expect(scalar(grep { $_ eq 'system.login' } @methods), 'listMethods does not name system.login');
    printf "listMethods ok %d\n", scalar @methods;

    my $id = call($client, 'addressbook.boaddressbook.write',
        { n_given => text($GIVEN), n_family => text($FAMILY), access => text('private') });
    expect(!ref $id && $id =~ /\A[1-9][0-9]*\z/, "write gave no id but $id");
    print "write ok $id\n";

    my $record = call($client, $READ, $id);
    expect($record->{n_given} eq $GIVEN && $record->{n_family} eq $FAMILY,
        "read gave another name: $record->{n_given} $record->{n_family}");
    print "read ok\n";

    my @found = items(call($client, 'addressbook.boaddressbook.search',
        { query => text($FAMILY), fields => [ text('n_given'), text('n_family') ] }));
    expect(scalar(grep { $_->{id} eq $id && $_->{n_given} eq $GIVEN } @found), 'search did not find the new contact');
    printf "search ok %d\n", scalar @found;

    expect(call($client, 'addressbook.boaddressbook.delete', $id) eq '1', 'delete did not answer true');
    print "delete ok\n";

    my $goodbye = call($client, 'system.logout',
        { sessionid => text($session->{sessionid}), kp3 => text($session->{kp3}) });
    my $done = ref $goodbye ? ($goodbye->{GOODBYE} // q{}) eq 'XOXO' : $dialect eq 'plain' && $goodbye eq '1';
    expect($done, "logout answered $goodbye");
    print "logout ok\n";

    expect(refused($client, $id, $dialect), 'the ended session was not refused');
    print "refused ok\n";
    return;
}

my $url      = $ARGV[0] // $ENV{COUNTERSIGN_URL}     // q{};
my $user     = $ARGV[1] // $ENV{COUNTERSIGN_USER}    // q{};
my $dialect  = $ARGV[2] // $ENV{COUNTERSIGN_DIALECT} // 'plain';
my $password = $ENV{COUNTERSIGN_PASSWORD} // q{};
if ($url eq q{} || $user eq q{} || $password eq q{} || $dialect !~ /\A(?:plain|phpgroupware|egroupware)\z/) {
    print {*STDERR} "usage: COUNTERSIGN_PASSWORD=… perl client.pl URL USER [plain|phpgroupware|egroupware]\n";
    exit 2;
}
if (!eval { run($url, decode_utf8($user), decode_utf8($password), $dialect); 1 }) {
    print {*STDERR} "client.pl: $@";
    exit 1;
}
