// Package imports holds the test that keeps the directions in which the packages may
// depend on each other. It has no code of its own.
package imports
