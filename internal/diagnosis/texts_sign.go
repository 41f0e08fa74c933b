package diagnosis

const signedSo = "Build the string as the page \"签名算法\" says: all non-empty elements except sign, sorted by the bytes of their names, name=value joined with &, then &key= and the key."

var signTexts = map[cause]text{
	signMissing: {
		"sign_missing",
		"The body has no sign element, so nothing proves who wrote it. Every APIv2 notification except a refund (with req_info) has one.",
		"Look whether sign was lost on the way, for example taken out before the body was logged. Never accept a payment without it.",
	},
	signEmpty: {
		"sign_empty",
		"The element sign is there but empty, so nothing proves who wrote the body.",
		"Look where sign was emptied. Never accept a payment without it.",
	},
	signMisspelt: {
		"sign_misspelt",
		"The signature stands in an element that is not called sign: {where}. Names are case-sensitive.",
		"Call it sign, in lower case.",
	},
	signLowerCase: {
		"sign_lower_case",
		"sign is in lower case. WeChat Pay sends upper-case hex, and nothing else is a signature.",
		"Apply strtoupper or toUpperCase to the digest where it is made, or do not lower the body's case.",
	},
	signBlank: {
		"sign_blank",
		"There are blanks or line breaks inside sign, which the signature itself does not have.",
		"Do not indent or wrap the body; blanks in an element belong to its value.",
	},
	signTruncated: {
		"sign_truncated",
		"sign was truncated: it is the beginning of the right signature. An HMAC-SHA256 has 64 characters, and fits no column of 32.",
		"Look for a column or a substring that cuts it off.",
	},
	signZeroLost: {
		"sign_zero_lost",
		"A leading zero of the hex digits of sign was lost, as happens with Java's BigInteger.toString(16) or Integer.toHexString.",
		"Write each byte with two digits, such as String.format(\"%02X\", b).",
	},
	signBase64: {
		"sign_base64",
		"sign is the right digest in base64. WeChat Pay writes it in upper-case hex.",
		"Write the digest in hex.",
	},
	signChanged: {
		"sign_changed",
		"sign itself was changed in one or two characters; the elements are as they were signed.",
		"Look what wrote it anew; it may have been typed, or read from a picture.",
	},
	signUnreadable: {
		"sign_unreadable",
		"sign is not a signature: it {where}. An MD5 has 32 hex characters, an HMAC-SHA256 has 64.",
		"Look where it was cut off or replaced.",
	},
	hmacNotAllowed: {
		"hmac_not_allowed",
		"The body is signed with HMAC-SHA256, and MD5 is expected: the merchant's sign_type is pinned to MD5.",
		"Allow HMAC-SHA256 (sign_type any or HMAC-SHA256). The notification follows the sign_type with which the order was placed.",
	},
	md5NotAllowed: {
		"md5_not_allowed",
		"The body is signed with MD5, and HMAC-SHA256 is expected: the merchant's sign_type is pinned to HMAC-SHA256.",
		"Place orders with sign_type=HMAC-SHA256; older orders are still notified of with MD5. Or allow both (sign_type any).",
	},
	signTypeDisagrees: {
		"sign_type_disagrees",
		"sign_type (of PayScore: algorithm) declares another digest than the one that made sign: 32 characters are MD5, 64 are HMAC-SHA256. It is spelt MD5 or HMAC-SHA256.",
		"Make both agree where the body is made.",
	},
	payScoreMD5: {
		"payscore_md5",
		"The body is a PayScore notification that is signed with MD5. WeChat Pay signs those with HMAC-SHA256 only.",
		"Sign it with HMAC-SHA256.",
	},
	sha256NotHMAC: {
		"sha256_instead_of_hmac",
		"sign was made with plain SHA-256 of the string instead of HMAC-SHA256, which takes the key twice: at the end of the string and as the key of the HMAC.",
		"Use hash_hmac('sha256', string, key) in PHP, Mac.getInstance(\"HmacSHA256\") in Java.",
	},
	hmacWithoutKey: {
		"hmac_without_key_at_end",
		"sign was made with HMAC-SHA256 over a string that lacks &key= and the key at its end. The key is needed twice: there, and as the key of the HMAC.",
		signedSo,
	},
	signedWithoutKey: {
		"signed_without_key",
		"sign was made without a key (an empty one, or null), so anybody could have made it.",
		"The key was not set where it was made. " + signedSo,
	},
	keyAppendedOtherwise: {
		"key_appended_otherwise",
		"sign was made with the key put into the string in another way than &key= at its end.",
		signedSo,
	},
	otherDigest: {
		"other_digest",
		"sign was made with another digest (such as SHA-1, SHA-512 or HMAC-MD5) than MD5 or HMAC-SHA256.",
		"Use MD5 or HMAC-SHA256.",
	},
	signSigned: {
		"sign_signed",
		"The string to sign contained sign itself, while it was empty or from a first round.",
		"Leave sign out. " + signedSo,
	},
	signTypeUnsigned: {
		"sign_type_unsigned",
		"sign_type was left out of the string to sign, or added after signing. Only sign is left out.",
		signedSo,
	},
	emptySigned: {
		"empty_values_signed",
		"The string to sign contained empty elements (as name= or name=null). Empty values are left out.",
		signedSo,
	},
	urlEncodedInString: {
		"url_encoded_in_string",
		"Values were URL-encoded in the string to sign. It takes them as they are.",
		"Do not use http_build_query or URLEncoder for it. " + signedSo,
	},
	sortedIgnoringCase: {
		"sorted_ignoring_case",
		"The names were sorted without regard to upper and lower case. They are sorted by their bytes: Z comes before a.",
		"Use ksort or a TreeMap without a case-insensitive comparator. " + signedSo,
	},
	sortedNaturally: {
		"sorted_naturally",
		"The names were sorted by natural number order, coupon_id_2 before coupon_id_10. They are sorted by their bytes: coupon_id_10 comes first.",
		"Use ksort without SORT_NATURAL. " + signedSo,
	},
	unsorted: {
		"unsorted",
		"The elements were signed unsorted, in the order in which they stand in the body.",
		"Sort the names by their bytes. " + signedSo,
	},
	signedInGBK: {
		"signed_in_gbk",
		"The string was signed as bytes in GBK. It must be signed as UTF-8.",
		"Name the character set: getBytes(StandardCharsets.UTF_8) in Java; -Dfile.encoding differs between machines.",
	},
}
