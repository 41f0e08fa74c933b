package diagnosis

const copyAnew = "Copy the key anew from the merchant platform (账户中心 > API安全), and write the file without an editor's help: (umask 077; cat > key.txt), paste it, Ctrl-D."

var keyTexts = map[cause]text{
	keyMissing: {
		"apiv2_key_missing",
		"The body is APIv2 (XML, signed or encrypted with the APIv2 key, API密钥), and no APIv2 key was given.",
		"Give the merchant's APIv2 key. The APIv3 key and WeChat Pay's public key are for JSON notifications alone.",
	},
	keyEmpty: {
		"key_empty",
		"{where} is empty: the file or the environment variable holds nothing, or nothing but blanks.",
		"Look whether the variable is set for this process and the file is the right one. " + copyAnew,
	},
	keyBlank: {
		"key_blank",
		"{where} holds a blank (a space, a tab or a no-break space). It counts as part of the key, so that every signature comes out wrong.",
		"Remove the blank. " + copyAnew,
	},
	keyLineBreak: {
		"key_line_break",
		"{where} holds a line break (newline, \\n or \\r\\n), as echo and most editors put at the end of a file. It counts as part of the key.",
		"Remove the newline. " + copyAnew,
	},
	keyBOM: {
		"key_bom",
		"{where} holds a BOM (byte order mark, EF BB BF), which Windows editors write at the beginning of a UTF-8 file. It cannot be seen and counts as part of the key.",
		"Save the file as UTF-8 without BOM. " + copyAnew,
	},
	keyQuoted: {
		"key_quoted",
		"{where} has quotes around it. They were read as part of the key.",
		"Remove the quotes: a key file holds the key and nothing else, and docker's env_file takes quotes literally.",
	},
	keyAssignment: {
		"key_assignment",
		"{where} is a whole line of a configuration, NAME=value, and not the value alone.",
		"Keep only what stands behind the = or the colon.",
	},
	keyTwoInOne: {
		"key_two_in_one",
		"{where} holds two keys pasted into one: each of 32 characters.",
		"Give each key by itself, the current one first.",
	},
	keyForeign: {
		"key_foreign_character",
		"{where} holds a character that no key has: full-width, invisible (zero-width), or not ASCII.",
		copyAnew,
	},
	keyBase64: {
		"key_base64",
		"{where} is base64 of the key, as in the data of a Kubernetes secret, and not the key itself.",
		"Decode it first: base64 -d. A secret that is mounted as a file is decoded already.",
	},
	keyPlaceholder: {
		"key_placeholder",
		"{where} is a placeholder that nothing was put in for (such as ${KEY}, {env.KEY} or null).",
		"Look where the placeholder should have been replaced; is the environment variable set for this process?",
	},
	keyIsCertificate: {
		"key_is_certificate",
		"{where} is a certificate or a private key (PEM, such as apiclient_key.pem), not the 32 characters that were set in the merchant platform.",
		"The APIv2 key and the APIv3 key are texts of 32 characters (账户中心 > API安全). Certificates sign requests; they are not used here.",
	},
	keyIsOther: {
		"key_is_other_number",
		"{where} is not a key but a merchant number, an appid, the id of a public key, or the serial number of a certificate.",
		"Give the 32 characters that were set in the merchant platform (账户中心 > API安全).",
	},
	keyLengthWrong: {
		"key_length",
		"{where} is of the wrong length: a key has 32. Part of it was lost, or it is another secret, such as that of a test.",
		copyAnew,
	},
	keyCase: {
		"key_case",
		"The signature was made with this key in another case: upper and lower case letters of a key are different.",
		"Use the key with its letters exactly as in the merchant platform; look for a strtoupper or toLowerCase on the way.",
	},
	keyHashed: {
		"key_hashed",
		"The signature was made with the MD5 of the key. Only the decryption of a refund's req_info uses the MD5 of the key; a signature uses the key itself.",
		"Sign with the key as it is.",
	},
	keyMakersBlank: {
		"key_of_maker_blank",
		"The signature was made with this key plus a blank, a newline or quotes: whoever made it read the key along with them.",
		"Clean the key of the program that signs.",
	},
	keySample: {
		"key_sample",
		"The signature was made with a sample key that is public knowledge (of the documentation or of Tencent's demos), so anybody could have made it.",
		"It is a copied example or a forgery. If it comes from your own test, sign with your own key.",
	},
	keySampleGiven: {
		"key_sample_given",
		"The key that was given is a sample key that is public knowledge. Anybody could make this signature, and the edge refuses to load such a key.",
		"Set a key of your own in the merchant platform (账户中心 > API安全).",
	},
	keyPrevious: {
		"key_previous",
		"Not the first key but a previous one made it.",
		"That is as it should be for some time after a key was changed. If it goes on, the key in the merchant platform is still the old one.",
	},
	keyIsAPIv3: {
		"signed_with_apiv3_key",
		"The signature was made with the APIv3 key. APIv2 notifications are signed with the APIv2 key (API密钥), which is another one.",
		"WeChat Pay never does so, so a program of yours made it: give that the APIv2 key. If WeChat Pay did send it, both keys were mixed up here.",
	},
	keySandbox: {
		"sandbox",
		"The body looks like one of WeChat Pay's sandbox (仿真测试系统; see {where}). Its notifications are not signed with the API key but with a sandbox key that getsignkey returns, and that changes every few days.",
		"Ask for the key with pay/getsignkey (sandbox_signkey) and verify with it, in a test only. Better make test notifications with: caddy wechatpay sign.",
	},
	keyWrong: {
		"key_wrong",
		"No key given made this signature, and undoing the usual changes of a body did not help. Most likely the key is another one: the sandbox key (sandbox), the key of another merchant number, a key that was reset since, the APIv3 key or an app secret (AppSecret) in place of the APIv2 key. Otherwise the body was changed in several places, as by parsing and re-serialising it.",
		"Compare the key with the one set for this merchant number in the merchant platform (it can only be reset there, not seen), and the string to sign with what your program signs. Take the raw bytes of the body, before any framework reads them.",
	},
	merchantOther: {
		"other_merchant",
		"The body belongs to another merchant: {where}. Each merchant number (mch_id) has a key of its own.",
		"Verify with the merchant number and key that the body names. A service provider gives its own number, not that of the sub-merchant.",
	},
	merchantMalformed: {
		"mch_id_malformed",
		"The merchant number that was given is not one: those have 8 to 10 digits. The body says mch_id {where}. Perhaps a key, an appid or a blank got into its place.",
		"Give the merchant number (商户号), as the merchant platform shows it.",
	},
	merchantMissing: {
		"mch_id_missing",
		"The body has no mch_id, by which the key is chosen; the signature holds without it, so it was made so.",
		"WeChat Pay always sends it: look at the program that made this body.",
	},
}
