package diagnosis

var bodyTexts = map[cause]text{
	bodyTooLarge: {
		"body_too_large",
		"The body has more than 1 MiB. Real notifications have a few thousand bytes; nothing was searched in this one.",
		"Take the body of one notification alone.",
	},
	bodyEmpty: {
		"body_empty",
		"The body is empty. Perhaps something read it before: a stream can be read once.",
		"Read php://input or the input stream before the framework does, or let it keep the raw body. A redirect turns a POST into a GET without a body.",
	},
	bodyBOM: {
		"body_bom",
		"The body begins with a BOM (byte order mark, EF BB BF), which an editor or a program put there. WeChat Pay sends none.",
		"Save the file as UTF-8 without BOM.",
	},
	bodyUTF16: {
		"body_utf16",
		"The body is in UTF-16, as Windows PowerShell's > and Notepad (\"Unicode\") write it. WeChat Pay sends UTF-8.",
		"Convert it to UTF-8, or save the bytes unchanged.",
	},
	bodyGBK: {
		"body_gbk",
		"The body is in GBK (GB18030) instead of UTF-8: it was re-encoded, or saved by a program that takes GBK for the default.",
		"Keep it UTF-8. " + rawBody,
	},
	bodyDeclaredEncoding: {
		"body_declared_encoding",
		"The XML declaration names another encoding than UTF-8: encoding=\"{where}\" (GBK perhaps). WeChat Pay sends UTF-8 and no declaration.",
		"Look what wrote the XML anew. " + rawBody,
	},
	bodyControl: {
		"body_control_character",
		"The body holds control characters (such as NUL) that XML does not allow; WeChat Pay sends none.",
		"Look for a fixed-size buffer that is filled up with zeros.",
	},
	bodyGzip: {
		"body_gzip",
		"The body is compressed (gzip). WeChat Pay does not compress.",
		"Look which proxy compressed it, and decompress the copy.",
	},
	bodyBase64: {
		"body_base64",
		"The body is base64 of a notification, as API gateways and queues hand it on (isBase64Encoded).",
		"Decode it first.",
	},
	bodyForm: {
		"body_form_encoded",
		"The notification is the value of a form field (such as xml=%3Cxml%3E...), percent-encoded. WeChat Pay sends it as the body itself.",
		"Read the raw body and not form fields; do not let the client library that repeats it send a form.",
	},
	bodyPercentEncoded: {
		"body_percent_encoded",
		"The whole body is percent-encoded (URL-encoded).",
		"Decode it once, or do not read the body as a form.",
	},
	bodyHTMLEscaped: {
		"body_html_escaped",
		"The whole body is HTML-escaped (&lt;xml&gt;), as when it was copied from a web page or put through htmlspecialchars.",
		rawBody,
	},
	bodyQuoted: {
		"body_quoted",
		"The body has quotes around it: it is a JSON string, or was quoted in a shell or a log.",
		"Take off the quotes, or decode the JSON string.",
	},
	bodyLogEscapes: {
		"body_log_escapes",
		"The body was copied from a log, which writes escapes such as \\n, \\\" or \\x22 for characters.",
		"A log is no place to verify from. " + rawBody,
	},
	bodyHTTPMessage: {
		"body_http_message",
		"It is a whole HTTP request with its headers, and not the body alone.",
		"Give what stands behind the empty line; give headers with --header.",
	},
	bodyChunked: {
		"body_chunked",
		"The chunk sizes of Transfer-Encoding: chunked are still in the body, as in a capture of the connection.",
		"Remove them, or save the body with a program that reads HTTP.",
	},
	bodyJSON: {
		"body_json_of_xml",
		"The XML was parsed and re-serialised (converted to JSON). APIv2 notifications are XML, and are verified as XML.",
		rawBody,
	},
	bodyQueryString: {
		"body_query_string",
		"It is a string of name=value pairs, such as a string to sign, and not the XML that WeChat Pay sends.",
		rawBody,
	},
	bodyDump: {
		"body_dump",
		"It is a map as a program prints it (PHP array of print_r or var_export, Java's Map.toString), and not the XML that WeChat Pay sends.",
		rawBody,
	},
	bodyLeading: {
		"body_leading_text",
		"There is text before the notification, such as the beginning of a log line.",
		"Cut it off.",
	},
	bodyTrailing: {
		"body_trailing_text",
		"There is text after the end of the notification (after </xml> or the last brace).",
		"Cut it off. Two notifications in one file must be verified one by one.",
	},
	bodyStrayText: {
		"body_stray_text",
		"There is text between the elements, outside of any.",
		rawBody,
	},
	bodyCutOff: {
		"body_cut_off",
		"The body is cut off: an end tag is missing (such as </xml> at the end).",
		"Look for a buffer or column that is too short, or a log that shortens lines; read until Content-Length is there.",
	},
	bodyComment: {
		"body_comment",
		"There is a comment (<!-- -->) in the XML. Readers disagree about what it splits, so the edge refuses it; WeChat Pay sends none.",
		"Remove it.",
	},
	bodyDTD: {
		"body_dtd",
		"There is a DTD (<!DOCTYPE or <!ENTITY) in the XML. It can make a reader fetch files of this machine (XXE), so the edge refuses it; WeChat Pay sends none.",
		"Treat it as an attack, and switch off DTDs in every XML reader behind.",
	},
	bodyInstruction: {
		"body_processing_instruction",
		"There is a processing instruction (<?...?>) in the XML other than a declaration at its very beginning.",
		"Remove it.",
	},
	bodyAttribute: {
		"body_attribute",
		"An element has an attribute or a namespace: {where}. They are not signed, so the edge refuses them; WeChat Pay sends none.",
		"Look what wrote the XML anew. " + rawBody,
	},
	bodyNested: {
		"body_nested",
		"An element is nested in another: {where}. Notifications are flat; the sub-elements were added on the way, by a wrapper or an array.",
		"Look what wrote the XML anew. " + rawBody,
	},
	bodyBareMarkup: {
		"cdata_lost",
		"The value of {where} holds a bare & or <, which only CDATA may hold: the CDATA markers were lost when the XML was written anew.",
		"Write values with CDATA, or escape them. " + rawBody,
	},
	bodyRootRenamed: {
		"body_root_renamed",
		"The root element is not <xml> but <{where}>: the XML was written anew by another program.",
		rawBody,
	},
	bodyNotStrict: {
		"body_not_strict",
		"The XML is written in a way that WeChat Pay does not use and the edge refuses.",
		rawBody,
	},
	bodyNotXML: {
		"body_not_xml",
		"The body is neither the XML nor the JSON of a notification: {where}.",
		rawBody,
	},
	bodyHTML: {
		"body_html_page",
		"The body is an HTML page, such as an error page or a login form, and not a notification.",
		"Look what answered in place of WeChat Pay, or which file was taken.",
	},
	bodyRequest: {
		"body_own_request",
		"It is a request of the merchant to WeChat Pay (it has notify_url, spbill_create_ip or auth_code), such as unifiedorder, and not a notification.",
		"Verify what WeChat Pay sends to notify_url.",
	},
	bodyReply: {
		"body_reply",
		"It is WeChat Pay's reply to a request (unifiedorder, orderquery, refundquery), and not a notification: it has prepay_id, code_url, trade_state_desc or the like.",
		"Verify what WeChat Pay sends to notify_url.",
	},
	bodyAck: {
		"body_ack",
		"It has nothing but return_code and return_msg: that is the ack with which a merchant answers, and not a notification.",
		"Verify the request, not the answer to it.",
	},
	bodyFail: {
		"body_return_code_fail",
		"return_code is FAIL. Such a body is never signed and says nothing about a payment: WeChat Pay reports a fault of the communication.",
		"Read return_msg, and ask with orderquery for the state of the order.",
	},
}
