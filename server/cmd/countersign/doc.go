// Command countersign is the program: the server, and the commands that look after
// it. It wires the packages together and holds no logic of theirs.
//
// Every setting is a flag, an environment variable COUNTERSIGN_NAME or a key in a TOML
// file, in that precedence (settings.go, environment.go).
//
// How to add a sub-command: a struct with its flags, Help with an example and Run, in a
// file of its own; a field of cli in main.go. Flags that are settings have
// group:"settings".
//
// The program must never write a password or a session's secrets to its log, and never
// take one as an argument: arguments can be read by every user of the machine. What is
// shown once, the first administrator's password and a new API key, goes to standard
// output.
package main
