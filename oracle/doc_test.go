// Package oracle holds what this project does against what others do: the official SDK
// for APIv3 notifications, and the reference library of Standard Webhooks for the
// signature on what is forwarded. It is a module of its own, so that neither of them
// enters the product's go.mod.
package oracle
