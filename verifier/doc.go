// Package verifier reads WeChat Pay notifications (回调通知) strictly, verifies
// them, and puts them into one vocabulary. It depends on the standard library
// alone and touches no file, environment, network, log or clock of its own.
//
//	v, err := verifier.New(verifier.Config{
//		Merchants: []verifier.Merchant{{MchID: "1900000109", Keys: []string{key}}},
//		MaxAge:    48 * time.Hour,
//		Now:       time.Now,
//	})
//	...
//	var n verifier.Notification
//	if err := v.Verify(string(body), request.Header, &n); err != nil {
//		reason := err.(*verifier.Error).Reason // its status, label and text
//	}
//	json := n.AppendJSON(nil)
//
// # What a nil error proves
//
// The body was signed with an API key of the merchant that it names; nothing in
// it was changed, added or removed; it is of a known kind whose required fields
// are all there, with amounts, currency, numbers and times in the documented
// form; appid and sub_mch_id are on the merchant's lists, where there are any;
// and it is no older than MaxAge, where it carries a time.
//
// # What it does not prove
//
//   - That the amount is what your order costs. Compare Total and Currency with
//     the order: a genuine signature over 1 fen is genuine.
//   - That the order exists, is yours to fulfil, or is not fulfilled already.
//   - That the delivery is new. WeChat Pay repeats notifications, and anybody who
//     has seen a body can send it again: fulfil each [Notification.ID] once.
//   - Anything about what stands outside of the body: address, path, query and
//     headers are not signed.
//   - That the payment succeeded. A failed payment is a genuine notification too;
//     look at State.
//
// Amounts are integers in the smallest unit of their currency (fen for CNY).
// Times are those of UTC+8. The field names and rules come from WeChat Pay's
// pages "支付结果通知" and "签名算法"; each file names its own source.
package verifier
