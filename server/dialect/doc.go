// Package dialect describes the families of clients: where each puts its credentials,
// which methods it sees under which names, how it wants to be refused, and which
// numbers and texts its faults have. A dialect is data with a few small functions;
// one file holds one family.
//
// Nothing here reads a request or encodes an answer: that is the transport's, and
// nothing decides about rights: that is dispatch's.
package dialect
