// Command countersign is the program: the server, and the commands that look after
// it. It wires the packages together and holds no logic of theirs.
//
// Every setting is a flag, an environment variable COUNTERSIGN_NAME or a key in a TOML
// file, in that precedence; see settings.go.
package main
