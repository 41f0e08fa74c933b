package diagnosis

const rawBody = "Keep the raw bytes of the body (php://input, the input stream) and verify those, before anything parses, converts or stores them."

var valueTexts = map[cause]text{
	valueTrimmed: {
		"value_trimmed",
		"The value of {where} was trimmed: it was signed with a blank or a line break at its beginning or end, which is gone now.",
		"Do not trim values. A blank in attach is signed like any other character. " + rawBody,
	},
	valuePadded: {
		"value_padded",
		"The value of {where} has blanks or line breaks around it that were not signed: the XML was re-serialised, indented (pretty-printed) inside of its elements.",
		"Do not format the body. " + rawBody,
	},
	blankLost: {
		"blank_lost",
		"A blank or line break inside the value of {where} is gone that was signed.",
		"Do not collapse blanks, as HTML and some XML readers do. " + rawBody,
	},
	lineEndsChanged: {
		"line_ends_changed",
		"The line breaks in the value of {where} were changed (CRLF, LF, blanks or <br>).",
		rawBody,
	},
	mojibakeGBK: {
		"mojibake_gbk",
		"The text of {where} was re-encoded: its UTF-8 was read as GBK and written again (mojibake).",
		"Read the body as UTF-8. In Java name the character set of every reader and getBytes; in MySQL use utf8mb4 for column and connection. " + rawBody,
	},
	mojibakeLatin1: {
		"mojibake_latin1",
		"The text of {where} was re-encoded: it was read as Latin-1 (ISO-8859-1, Windows-1252) and written again (mojibake).",
		"Read the body as UTF-8: servlets take ISO-8859-1 unless told otherwise (request.setCharacterEncoding). " + rawBody,
	},
	charactersReplaced: {
		"characters_replaced",
		"Characters of {where} were replaced by ? or U+FFFD: the text went through a character set that does not have them (often GBK, Latin-1, or MySQL's utf8 for emoji). What was signed is lost.",
		"This copy cannot be verified any more. Use UTF-8 (utf8mb4) all the way. " + rawBody,
	},
	valueNormalized: {
		"value_normalized",
		"The text of {where} was brought into another Unicode normal form (NFC or NFD); it looks the same and has other bytes.",
		rawBody,
	},
	entityLeft: {
		"entity_not_decoded",
		"The value of {where} holds an entity (such as &amp; or &quot;) where the character itself was signed: it was escaped once too often, or not decoded; inside CDATA an entity is literal text.",
		"Decode XML entities once, with an XML reader, and do not escape inside CDATA. " + rawBody,
	},
	entityDecoded: {
		"entity_decoded_twice",
		"An entity in the value of {where} was decoded once too often: it was signed as &amp;, &quot; or the like, literally.",
		"Do not apply html_entity_decode or unescapeHtml to a value that an XML reader has decoded already.",
	},
	backslashAdded: {
		"backslash_added",
		"The value of {where} holds backslash escapes (such as \\\", \\/, \\u4e2d or nginx's \\x22) where the character itself was signed. It was copied from a log or from JSON, or went through addslashes.",
		"Do not verify what was logged: nginx writes \\x22 for a quote. " + rawBody,
	},
	backslashLost: {
		"backslash_lost",
		"Backslash escapes in the value of {where} were undone that were signed literally (such as \\\", \\/ or \\u4e2d).",
		"Do not apply stripslashes or a JSON decoder to values. " + rawBody,
	},
	plusBlank: {
		"plus_and_blank_exchanged",
		"A + and a blank were exchanged in the value of {where}: the body went through a form decoder, for which + is a blank.",
		"Do not read the body as a form (application/x-www-form-urlencoded). " + rawBody,
	},
	percentLeft: {
		"value_percent_encoded",
		"The value of {where} is percent-encoded (URL-encoded, such as %2F) and was signed without that.",
		"Do not URL-encode values. " + rawBody,
	},
	percentDecoded: {
		"value_percent_decoded",
		"The value of {where} was percent-decoded (URL-decoded); it was signed with its %2F or the like literally.",
		"Do not URL-decode values: an order's attach comes back as it was sent. If a program of yours signed it, it must not URL-encode values. " + rawBody,
	},
	cdataLiteral: {
		"cdata_literal",
		"The value of {where} holds the CDATA markers as text: what was in <![CDATA[...]]> was escaped along with them.",
		"Let an XML writer escape the value, or put it into CDATA, but not both.",
	},
	valueQuoted: {
		"value_quoted",
		"The value of {where} has quotes around it that were not signed.",
		"Do not quote values. " + rawBody,
	},
	jsonReserialized: {
		"json_reserialized",
		"The JSON text in {where} was re-serialised: blanks, escaped slashes, \\u escapes or the order of its members differ from what was signed. It is signed byte for byte.",
		"Leave the element a text; decode the JSON from a copy. " + rawBody,
	},
	amountInYuan: {
		"amount_in_yuan",
		"The amount in {where} was changed from fen into yuan (or the reverse): amounts are signed as integers in fen.",
		"If you did not do it yourself, treat it as a forgery. Convert a copy for display, never the body. " + rawBody,
	},
	numberReformatted: {
		"number_reformatted",
		"The number in {where} was re-formatted (such as 1.0, 01 or 1,000), as happens where a body is parsed and re-serialised; it was signed in its plain form.",
		"Keep values as texts: a float or a spreadsheet writes 1 as 1.0. " + rawBody,
	},
	numberScientific: {
		"number_scientific",
		"The number in {where} is in scientific form (such as 4.2E+27): it was read as a float, and digits are lost.",
		"Keep numbers as texts. JSON libraries and spreadsheets make floats of long digits.",
	},
	zerosLost: {
		"leading_zeros_lost",
		"Leading zeros of {where} were lost: it was read as a number.",
		"Keep numbers of orders as texts. " + rawBody,
	},
	valueCase: {
		"value_case",
		"The value of {where} was changed in case; upper and lower case letters are signed as they are.",
		rawBody,
	},
	timeReformatted: {
		"time_reformatted",
		"The time in {where} was re-formatted. It is signed as WeChat Pay wrote it, such as 20180822205606.",
		"Convert a copy. " + rawBody,
	},
	booleanChanged: {
		"boolean_changed",
		"The Y or N in {where} was turned into true, false, 1 or 0.",
		"Convert a copy. " + rawBody,
	},
	valueNull: {
		"value_null",
		"{where} holds the text null (or undefined, None, []), which was put in for an empty value. Empty elements are not signed.",
		"Leave empty elements empty. " + rawBody,
	},
	valueTruncated: {
		"value_truncated",
		"The value of {where} seems truncated, as by a database column that is too short.",
		"Widen the column (attach takes 128 characters, promotion_detail 6000), or store the raw body elsewhere.",
	},
	valueChanged: {
		"value_changed",
		"The value of {where} was changed after it was signed, by hand or by a program; with another value the signature holds.",
		"If you did not do it yourself, treat it as a forgery. The right value is in the raw body that WeChat Pay sent.",
	},
}

var elementTexts = map[cause]text{
	elementLost: {
		"element_lost",
		"An element was lost that was signed: {where}. A class or struct without it drops it; all elements are signed, whether documented or not.",
		"Verify a map of all elements, never an object with fixed fields. " + rawBody,
	},
	elementAdded: {
		"element_added",
		"An element was added after signing: {where}. Without it the signature holds.",
		"Keep your own data apart from the body; frameworks add route and query parameters to it. " + rawBody,
	},
	elementEmptied: {
		"element_emptied",
		"An element is empty that was signed with a value: {where}.",
		"Look what cleared it, such as a filter for personal data in a log. " + rawBody,
	},
	elementRenamed: {
		"element_renamed",
		"An element has another name than when it was signed (camel case, hyphens, a typo), as after a body was mapped to an object and re-serialised; it should be {where}.",
		"Keep the names as WeChat Pay writes them. " + rawBody,
	},
	elementDoubled: {
		"element_doubled",
		"The element {where} is there twice. Two readers could take two different values, so the edge refuses it; WeChat Pay sends each once.",
		"Look what merged two bodies, or treat it as a forgery.",
	},
	elementKey: {
		"element_named_key",
		"There is an element named key. It would stand in the string to sign where the API key belongs, so the edge refuses it.",
		"Never put the key into a body. If it was in there for real, set a new one.",
	},
}
