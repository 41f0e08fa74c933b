package diagnosis

const v3So = "APIv3 signs the bytes of the body as they were received, so they must not be parsed and written anew: no JSON.stringify, json_encode or ObjectMapper before the check."

var v3Texts = map[cause]text{
	v3NoHeaders: {
		"v3_no_headers",
		"The body is an APIv3 notification (JSON), and no Wechatpay-* headers were given. The signature of APIv3 stands in the headers.",
		"Give Wechatpay-Timestamp, Wechatpay-Nonce, Wechatpay-Signature and Wechatpay-Serial of the same delivery (--header).",
	},
	v3OptionsMissing: {
		"v3_options_missing",
		"The body is APIv3 (JSON), and neither a WeChat Pay public key nor a platform certificate was given to verify it with. An APIv2 key is of no use here.",
		"Give the public key (PUB_KEY_ID_...) or the platform certificate, and the APIv3 key.",
	},
	v3HeaderMissing: {
		"v3_header_missing",
		"The header {where} is missing. APIv3 needs all four: Wechatpay-Timestamp, Wechatpay-Nonce, Wechatpay-Signature, Wechatpay-Serial.",
		"Look which proxy drops it.",
	},
	v3HeaderTwice: {
		"v3_header_twice",
		"The header {where} is there twice. Two programs could take two different values, so the edge refuses it.",
		"Look which proxy or client adds it again.",
	},
	v3HeaderName: {
		"v3_header_name",
		"A header has another name than WeChat Pay gives it: {where}. CGI and PHP's $_SERVER write HTTP_WECHATPAY_..., with underscores.",
		"Give it as Wechatpay-..., with hyphens.",
	},
	v3HeaderBlank: {
		"v3_header_blank",
		"The header {where} has blanks, a line break or quotes around its value.",
		"Trim it.",
	},
	v3HeadersOfAnother: {
		"v3_headers_of_another",
		"The headers may be those of another delivery than the body: each delivery, and each repetition of it, is signed anew.",
		"Take headers and body of one and the same request.",
	},
	v3NeedsPublicKey: {
		"v3_public_key_missing",
		"WeChat Pay signed with its public key {where}, and that is not configured: a platform certificate, another public key, or the merchant's own certificate (apiclient_cert.pem) cannot stand in for it.",
		"Download the WeChat Pay public key in the merchant platform (账户中心 > API安全) and configure it with this id.",
	},
	v3NeedsCertificate: {
		"v3_platform_certificate_missing",
		"Wechatpay-Serial {where} is the serial number of a platform certificate that is not configured. It changes every few years; the merchant's own certificate (apiclient_cert.pem) and the WeChat Pay public key are others.",
		"Download the platform certificates (GET /v3/certificates) and configure the one with this serial number.",
	},
	v3SerialCase: {
		"v3_serial_case",
		"Wechatpay-Serial {where} is in another case than the serial number that is configured.",
		"Write it exactly as WeChat Pay sends it: certificates in upper-case hex, PUB_KEY_ID_ in upper case.",
	},
	v3SerialOther: {
		"v3_serial_other",
		"The signature holds, but under another id: {where}.",
		"Give the public key the id that the merchant platform shows for it.",
	},
	v3FileOfOther: {
		"v3_file_of_other_key",
		"The key in the file that is configured for Wechatpay-Serial {where} did not make this signature: files of two keys were mixed up, or it is the merchant's own (apiclient_cert.pem).",
		"Download the file anew, for just this id.",
	},
	v3Probe: {
		"v3_probe",
		"It is a probe: WeChat Pay sends a wrong signature (WECHATPAY/SIGNTEST/) now and then to find out whether it is refused. It is, and that is right.",
		"Nothing is to be done. Never answer it with 2xx.",
	},
	v3SM: {
		"v3_sm_suite",
		"It is signed with the SM suite (SM2, SM3, SM4; 国密), which is not supported: only WECHATPAY2-SHA256-RSA2048 and AEAD_AES_256_GCM are.",
		"Ask WeChat Pay for the RSA suite for this merchant number.",
	},
	v3Suite: {
		"v3_other_suite",
		"Wechatpay-Signature-Type is {where}, and not WECHATPAY2-SHA256-RSA2048.",
		"Only that of merchants is supported; brand interfaces have another.",
	},
	v3TimestampMillis: {
		"v3_timestamp_milliseconds",
		"Wechatpay-Timestamp is in milliseconds, or has a fraction. It was signed in whole seconds.",
		"Take the header as it came; Java's currentTimeMillis is no substitute.",
	},
	v3TimestampForm: {
		"v3_timestamp_form",
		"Wechatpay-Timestamp is not a plain number of seconds since 1970, as it was signed.",
		"Take the header as it came.",
	},
	v3NonceOfResource: {
		"v3_nonce_of_resource",
		"Wechatpay-Nonce equals the nonce of the resource. That one is for the decryption; the signature has a nonce of its own, in the header.",
		"Take the header as it came.",
	},
	v3SignatureBlank: {
		"v3_signature_blank",
		"There are blanks or line breaks in Wechatpay-Signature: the base64 was wrapped.",
		"Write it in one line.",
	},
	v3SignaturePlus: {
		"v3_signature_plus_to_blank",
		"Each + of Wechatpay-Signature was turned into a blank by a form decoder.",
		"Do not URL-decode headers.",
	},
	v3SignatureURLSafe: {
		"v3_signature_url_safe",
		"Wechatpay-Signature is in URL-safe base64 (with - and _ in place of + and /).",
		"WeChat Pay sends standard base64: take the header as it came.",
	},
	v3SignaturePercent: {
		"v3_signature_percent_encoded",
		"Wechatpay-Signature is percent-encoded (%2B, %2F, %3D).",
		"Take the header as it came.",
	},
	v3SignaturePadding: {
		"v3_signature_padding",
		"The = at the end of Wechatpay-Signature were lost.",
		"Take the header as it came.",
	},
	v3BodyNewline: {
		"v3_body_newline",
		"A newline (or blank) was added to or lost from the beginning or end of the body. It counts: the signature is over every byte.",
		"Editors and echo add a final newline; save the body with curl or tee. " + v3So,
	},
	v3BodyLineEnds: {
		"v3_body_line_ends",
		"The line breaks of the body were changed between LF and CRLF.",
		v3So,
	},
	v3BodyCharset: {
		"v3_body_re_encoded",
		"The body was re-encoded into another character set (GBK, Latin-1) or Unicode normal form.",
		v3So,
	},
	v3BodyReescaped: {
		"v3_body_re_escaped",
		"The JSON of the body was re-escaped: \\/ for /, \\u escapes for Chinese, \\u003d for =, or entities differ from what was signed.",
		v3So,
	},
	v3BodyPlus: {
		"v3_body_plus_to_blank",
		"Each + of the ciphertext was turned into a blank: the body went through a form decoder.",
		v3So,
	},
	v3BodyPretty: {
		"v3_body_pretty_printed",
		"The JSON of the body was re-serialised with blanks and line breaks (pretty-printed); it was signed without them.",
		v3So,
	},
	v3BodyCompacted: {
		"v3_body_compacted",
		"The JSON of the body was re-serialised without its blanks (compacted), or with others; they were signed.",
		v3So,
	},
	v3BodyReordered: {
		"v3_body_re_ordered",
		"The JSON of the body was re-serialised with its members in another order (re-ordered).",
		v3So,
	},
	v3BodyChanged: {
		"v3_body_changed",
		"The key of Wechatpay-Serial did not make this signature over this body, and undoing the usual changes did not help. Most likely the body was parsed and re-serialised, or changed.",
		v3So,
	},
	v3Broken: {
		"v3_json_broken",
		"The body is not the JSON of an APIv3 notification: {where}. It is cut off, or was changed by hand.",
		v3So,
	},
	v3AssociatedData: {
		"v3_associated_data_lost",
		"associated_data was lost or changed. It takes part in the signature and in the decryption, even where it is empty.",
		v3So,
	},
	v3KeyMissing: {
		"apiv3_key_missing",
		"The signature holds, but no APIv3 key was given to decrypt the resource with.",
		"Give the APIv3 key (APIv3密钥).",
	},
	v3KeyWrong: {
		"apiv3_key_wrong",
		"The signature holds, so nothing of the resource was changed; but it does not decrypt with the APIv3 key that was given. The APIv3 key is another one: of another merchant number, or reset since.",
		"Compare it with the one set for this merchant number (账户中心 > API安全 > APIv3密钥). Do not acknowledge such notifications; they come again.",
	},
	v3APIv2Key: {
		"apiv2_key_used_for_apiv3",
		"The resource decrypts with the key that was given as the APIv2 key: it is the APIv3 key.",
		"Give it as the APIv3 key.",
	},
	v3Content: {
		"v3_content_not_readable",
		"The signature holds and the APIv3 key is right, but what was encrypted is not a JSON object (of PayScore: not flat XML).",
		"WeChat Pay sends no such thing; look at the program that made this body.",
	},
}
