package diagnosis

const refundSo = "The page \"退款结果通知\" says: decode the base64, then decrypt with AES-256-ECB and PKCS7 padding; the key is the MD5 of the API key as 32 lower-case hex characters."

var refundTexts = map[cause]text{
	reqInfoLost: {
		"req_info_missing",
		"The body looks like a refund notification, but has no req_info, in which everything of a refund stands encrypted.",
		rawBody,
	},
	refundDecrypted: {
		"refund_decrypted",
		"It is what stands inside the req_info of a refund, decrypted already. Nothing about it can be proven.",
		"Verify the body with req_info in it.",
	},
	refundKey: {
		"refund_key",
		"No key given decrypts the req_info of this refund. Most likely the APIv2 key is another one: that of another merchant number, a key that was reset since, the sandbox key or the APIv3 key.",
		"Compare the key with the one set for this merchant number. " + refundSo,
	},
	refundAPIv3Key: {
		"refund_apiv3_key",
		"The req_info of this refund decrypts with the APIv3 key. APIv2 refunds are encrypted with the APIv2 key: one was given in place of the other.",
		"Exchange the two keys in the configuration, or look at the program that made this body.",
	},
	refundRawKey: {
		"refund_raw_key",
		"req_info was encrypted with the API key itself instead of its MD5.",
		refundSo,
	},
	refundUpperMD5: {
		"refund_upper_case_md5",
		"req_info was encrypted with the MD5 of the key in upper-case hex; it must be in lower case.",
		refundSo,
	},
	refundBinaryMD5: {
		"refund_binary_md5",
		"req_info was encrypted with the 16 bytes of the MD5 of the key (AES-128) instead of its 32 hex characters.",
		refundSo,
	},
	refundPlusBlank: {
		"refund_plus_to_blank",
		"Each + of the base64 in req_info was turned into a blank: the body went through a form decoder.",
		"Do not read the body as a form (application/x-www-form-urlencoded). " + rawBody,
	},
	refundLineBreaks: {
		"refund_line_breaks",
		"There are line breaks or blanks in the base64 of req_info: it was wrapped or indented.",
		"Do not format the body. " + rawBody,
	},
	refundURLSafe: {
		"refund_url_safe_base64",
		"req_info is in URL-safe base64 (with - and _ in place of + and /).",
		"WeChat Pay sends standard base64. " + rawBody,
	},
	refundPercentEncoded: {
		"refund_percent_encoded",
		"req_info is percent-encoded (%2B, %2F, %3D in place of +, / and =).",
		rawBody,
	},
	refundPadding: {
		"refund_base64_padding",
		"The = at the end of the base64 in req_info were lost.",
		rawBody,
	},
	refundTwice: {
		"refund_base64_twice",
		"req_info is base64 of base64.",
		rawBody,
	},
	refundNotBase64: {
		"refund_not_base64",
		"req_info is not base64, or not a whole number of blocks of 16 bytes: it was truncated or changed. Real ones have about a thousand characters, more than the documented 1024.",
		"Widen the column that it is stored in. " + rawBody,
	},
	refundTruncated: {
		"refund_truncated",
		"req_info was truncated. The key is right: what is left decrypts to the beginning of a refund.",
		"Widen the column that it is stored in: real values exceed the documented 1024 characters. " + rawBody,
	},
	refundBlocks: {
		"refund_blocks_moved",
		"The key is right, but blocks of req_info are missing or in the wrong order: it does not decrypt to a whole <root>. ECB protects no order, so whoever saw one refund could do that.",
		"Treat it as a forgery, unless you cut it up yourself.",
	},
	refundNested: {
		"refund_nested",
		"The key is right, but what req_info decrypts to is nested: a <root> or <xml> in another.",
		"WeChat Pay sends one flat <root>; look at the program that made this body.",
	},
	refundNotFlat: {
		"refund_not_flat",
		"The key is right, but what req_info decrypts to is not flat XML with one <root>: an element is doubled, nested, or has an attribute, or blocks were moved.",
		"Treat it as a forgery, unless a program of yours made this body.",
	},
}
