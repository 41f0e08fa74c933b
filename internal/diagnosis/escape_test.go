package diagnosis_test

var escapeRows = []row{
	{"& as an entity", changed("attach", "a&b", "a&amp;b"), "entity_not_decoded", true, []string{"attach", "entity", "&amp;"}},
	{"quotes as entities inside CDATA", changed("attach", `say "hi"`, "say &quot;hi&quot;"), "entity_not_decoded", true, []string{"&quot;", "CDATA"}},
	{"escaped twice", changed("attach", "a&b", "a&amp;amp;b"), "entity_not_decoded", true, []string{"entity"}},
	{"decimal entity", changed("attach", "it's", "it&#39;s"), "entity_not_decoded", true, []string{"entity"}},
	{"entity decoded once too often", changed("attach", "a&amp;b", "a&b"), "entity_decoded_twice", true, []string{"entity", "once too often"}},
	{"quotes decoded once too often", changed("attach", "&quot;a&quot;", `"a"`), "entity_decoded_twice", true, []string{"&quot;"}},
	{"backslash before quotes", changed("attach", `say "hi"`, `say \"hi\"`), "backslash_added", true, []string{"attach", "backslash"}},
	{"escapes of nginx", changed("attach", `say "hi"`, `say \x22hi\x22`), "backslash_added", true, []string{`\x22`, "nginx"}},
	{"escapes of JSON", changed("attach", "外科/1", `\u5916\u79d1\/1`), "backslash_added", true, []string{`\u4e2d`}},
	{"emoji as surrogates", changed("attach", "a😀", `a\ud83d\ude00`), "backslash_added", true, []string{"JSON"}},
	{"backslashes taken off", changed("attach", `say \"hi\"`, `say "hi"`), "backslash_lost", true, []string{"attach", "undone"}},
	{"\\u undone", changed("attach", `\u5916\u79d1`, "外科"), "backslash_lost", true, []string{"literally"}},
	{"+ made a blank", changed("attach", "a+b+c", "a b c"), "plus_and_blank_exchanged", true, []string{"attach", "+", "blank", "form"}},
	{"one + made a blank", changed("attach", "a+b c", "a b c"), "plus_and_blank_exchanged", true, []string{"+"}},
	{"blank made a +", changed("attach", "a b", "a+b"), "plus_and_blank_exchanged", true, []string{"+", "form decoder"}},
	{"percent-encoded", changed("attach", "外科/1", "%E5%A4%96%E7%A7%91%2F1"), "value_percent_encoded", true, []string{"attach", "percent-encoded"}},
	{"percent-decoded", changed("attach", "%E5%A4%96%E7%A7%91", "外科"), "value_percent_decoded", true, []string{"percent-decoded"}},
	{"CDATA as text", given(changedXML("attach", "a&b", "&lt;![CDATA[a&amp;b]]&gt;")), "cdata_literal", true, []string{"attach", "CDATA"}},
	{"quotes around a value", changed("attach", "pay", `"pay"`), "value_quoted", true, []string{"attach", "quotes"}},
}
