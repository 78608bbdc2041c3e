#!/usr/bin/env ruby
# frozen_string_literal: true

# Countersign from Ruby, with the xmlrpc gem.
#
#     COUNTERSIGN_PASSWORD=gump ruby client.rb http://127.0.0.1:8080/RPC2 bubba [plain|phpgroupware|egroupware]
#
# Logs in, lists the methods, writes, reads, searches and deletes a contact, logs
# out, and shows that the session is refused afterwards. One line per step; any
# unexpected answer ends the program with a sentence and status 1.

require 'xmlrpc/client'

GIVEN = 'Zoë <& "Q">'
FAMILY = 'Ångström-Ruby'
READ = 'addressbook.boaddressbook.read'
LOGIN_REQUIRED = -32_001 # fault code of the plain dialect

# An answer that this program did not expect.
class Unexpected < StandardError; end

def expect(condition, sentence)
  raise Unexpected, sentence unless condition
end

# The elements of a list. The phpgroupware dialect sends lists as structs 0, 1, 2…
def items(value)
  value.is_a?(Hash) ? Array.new(value.size) { |i| value.fetch(i.to_s) } : value
end

# Whether reading the contact is refused in the way of this dialect.
def refused?(client, id, dialect)
  answer = client.call(READ, id)
  dialect == 'phpgroupware' && answer == 'UNAUTHORIZED'
rescue XMLRPC::FaultException => e
  dialect == 'plain' && e.faultCode == LOGIN_REQUIRED
rescue RuntimeError => e
  # The gem has no class of its own for a 401; this is the text it raises.
  dialect == 'egroupware' && e.message.start_with?('Authorization failed')
end

def run(url, user, password, dialect)
  client = XMLRPC::Client.new2(url)

  session = client.call('system.login', { 'username' => user, 'password' => password })
  expect(!session.key?('GOAWAY'), 'login refused')
  expect(session.key?('sessionid') && session.key?('kp3'), 'login gave no session')
  # From now on every call carries the session as HTTP Basic.
  client.user = session['sessionid']
  client.password = session['kp3']
  puts 'login ok'

  methods = items(client.call('system.listMethods'))
  expect(methods.include?('system.login'), 'listMethods does not name system.login')
  puts "listMethods ok #{methods.size}"

  id = client.call('addressbook.boaddressbook.write',
                   { 'n_given' => GIVEN, 'n_family' => FAMILY, 'access' => 'private' })
  expect(id.to_s.match?(/\A[1-9][0-9]*\z/), "write gave no id but #{id.inspect}")
  puts "write ok #{id}"

  record = client.call(READ, id)
  expect(record['n_given'] == GIVEN && record['n_family'] == FAMILY, "read gave another name: #{record.inspect}")
  puts 'read ok'

  found = items(client.call('addressbook.boaddressbook.search',
                            { 'query' => FAMILY, 'fields' => %w[n_given n_family] }))
  expect(found.any? { |r| r['id'].to_s == id.to_s && r['n_given'] == GIVEN }, 'search did not find the new contact')
  puts "search ok #{found.size}"

  expect([true, '1'].include?(client.call('addressbook.boaddressbook.delete', id)), 'delete did not answer true')
  puts 'delete ok'

  goodbye = client.call('system.logout', { 'sessionid' => session['sessionid'], 'kp3' => session['kp3'] })
  expect(goodbye == (dialect == 'plain' ? true : { 'GOODBYE' => 'XOXO' }), "logout answered #{goodbye.inspect}")
  puts 'logout ok'

  expect(refused?(client, id, dialect), 'the ended session was not refused')
  puts 'refused ok'
end

url = ARGV[0] || ENV['COUNTERSIGN_URL']
user = ARGV[1] || ENV['COUNTERSIGN_USER']
dialect = ARGV[2] || ENV['COUNTERSIGN_DIALECT'] || 'plain'
password = ENV['COUNTERSIGN_PASSWORD']
if [url, user, password].any? { |s| s.nil? || s.empty? } || !%w[plain phpgroupware egroupware].include?(dialect)
  warn 'usage: COUNTERSIGN_PASSWORD=… ruby client.rb URL USER [plain|phpgroupware|egroupware]'
  exit 2
end
begin
  run(url, user, password, dialect)
rescue Unexpected => e
  warn "client.rb: #{e.message}"
  exit 1
rescue XMLRPC::FaultException => e
  warn "client.rb: fault #{e.faultCode}: #{e.faultString}"
  exit 1
rescue StandardError => e
  warn "client.rb: #{e.class}: #{e.message}"
  exit 1
end
