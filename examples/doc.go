// Package examples holds the smallest apps that a shop would put behind the edge.
// Its tests drive each of them through the built binary.
package examples
