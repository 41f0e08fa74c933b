package diagnosis

var refusedTexts = map[cause]text{
	fieldMissing: {
		"field_missing",
		"The signature (of a refund: the encryption) holds, but a required field is missing: {where}. It was missing when it was signed.",
		"If WeChat Pay sent it, it is a kind of body that the edge does not know: report it. Otherwise complete the test data.",
	},
	fieldAmount: {
		"field_bad_amount",
		"The signature (of a refund: the encryption) holds, but an amount or currency is not in the documented form: {where}. Amounts are integers in fen without sign or leading zero, currencies three capitals.",
		"Correct the program that made this body.",
	},
	fieldForm: {
		"field_bad_form",
		"The signature (of a refund: the encryption) holds, but a field is not in the documented form: {where}.",
		"Correct the program that made this body. A result that is not SUCCESS is no payment.",
	},
	kindUnknown: {
		"kind_unknown",
		"The signature holds, but the fields are not those of any known kind of notification.",
		"Perhaps it is a request, a reply, or JSAPI parameters that the same key signs. Only what WeChat Pay sends to notify_url is a notification.",
	},
	kindResplit: {
		"kind_resplit",
		"The signature holds, but a value holds other fields (name=value&...): another signed message was cut up into this one.",
		"Treat it as a forgery.",
	},
	tooOld: {
		"too_old",
		"The signature (of a refund: the encryption) holds, but the notification is older than max_age ({where}). WeChat Pay repeats for about 24 hours, so an older one is most likely a replay.",
		"For a look at an old body, leave out --max-age. At the edge, look at its clock and at max_age.",
	},
	clockAhead: {
		"clock_timestamp_old",
		"The signature holds, but Wechatpay-Timestamp is more than 5 minutes in the past ({where}): it is an old delivery, or a replay, or the clock here is ahead.",
		"WeChat Pay signs each repetition anew. For a look at an old delivery, leave out the age check; at the edge, set the clock by NTP.",
	},
	clockBehind: {
		"clock_timestamp_future",
		"The signature holds, but Wechatpay-Timestamp is more than 5 minutes in the future ({where}): the clock here is behind.",
		"Set the clock by NTP.",
	},
	refusedOtherwise: {
		"refused_otherwise",
		"The edge refuses it: {where}.",
		"Correct what it names.",
	},
	unevenParts: {
		"warning",
		"It is genuine, but odd: {where}.",
		"It is passed on all the same. Compare total_fee with your order, and nothing else.",
	},
	paymentFailed: {
		"payment_failed",
		"It is genuine, and says that the payment failed or has not succeeded (result_code, trade_state).",
		"Do not fulfil the order.",
	},
}
