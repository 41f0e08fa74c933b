// Package browser drives the page of wechatpay_inspector in a real browser: it is live,
// can be used without a mouse, on any width and in both languages, and stays calm whatever
// a notification holds. It is a module of its own, so that what drives the browser does
// not enter the product's go.mod.
package browser
