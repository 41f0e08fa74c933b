// Package simulation plays days of notifications in seconds, for tests. WeChat Pay, the
// merchant's app and an attacker live in simulated time (see testing/synctest) around the
// real handler with its real stores. What is demanded of it is demanded from outside: of
// what WeChat Pay got and of the calls that reached the app, and of nothing in between.
//
// Runs are drawn from a seed, which failures name; WECHATPAY_TEST_SEED repeats one. What
// happens at the very same instant may still happen in another order then.
//
// The stores are shared by all handlers of a process, so nothing here runs in parallel.
package simulation
