package diagnosis_test

import (
	"strings"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// inside returns a genuine body with something put in before the end of the root.
func inside(text string) string {
	return strings.Replace(genuine(), "</xml>", text+"</xml>", 1)
}

var markupRows = []row{
	{"text before the root", given("2018-08-22 20:56:06 notify: " + genuine()), "body_leading_text", true, []string{"before"}},
	{"text after the root", given(genuine() + "\nHTTP 200"), "body_trailing_text", true, []string{"after </xml>"}},
	{"two notifications", given(genuine() + genuine()), "body_trailing_text", true, []string{"after the end"}},
	{"text between elements", given(inside("paid")), "body_stray_text", true, []string{"between the elements"}},
	{"end tag of the root lost", given(strings.TrimSuffix(genuine(), "</xml>")), "body_cut_off", true, []string{"cut off", "</xml>"}},
	{"second half lost", given(genuine()[:300]), "body_cut_off", false, []string{"cut off"}},
	{"comment", given(inside("<!-- paid -->")), "body_comment", true, []string{"comment"}},
	{"DTD", given(`<!DOCTYPE xml [<!ENTITY x "y">]>` + genuine()), "body_dtd", true, []string{"DTD", "XXE"}},
	{"DTD with an external entity", given(`<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + changedXML("attach", "pay", "&x;")), "body_dtd", false, []string{"XXE"}},
	{"processing instruction", given(inside("<?php echo 1 ?>")), "body_processing_instruction", true, []string{"processing instruction"}},
	{"attribute on the root", given(strings.Replace(genuine(), "<xml>", `<xml version="1.0">`, 1)), "body_attribute", true, []string{"attribute", "xml"}},
	{"attribute on an element", given(strings.Replace(genuine(), "<total_fee>", `<total_fee type="int">`, 1)), "body_attribute", true, []string{"total_fee"}},
	{"namespace", given(strings.Replace(genuine(), "<xml>", `<xml xmlns="urn:a">`, 1)), "body_attribute", true, []string{"namespace"}},
	{"nested in a wrapper", given(strings.NewReplacer("<xml>", "<xml><data>", "</xml>", "</data></xml>").Replace(genuine())), "body_nested", true, []string{"data", "flat"}},
	{"root renamed", given(strings.NewReplacer("<xml>", "<root>", "</xml>", "</root>").Replace(genuine())), "body_root_renamed", true, []string{"<root>"}},
	{"CDATA lost", given(changedXML("attach", "a&b<c", "a&b<c")), "cdata_lost", true, []string{"attach", "CDATA"}},
	{"element twice", given(inside("<attach>test</attach>")), "element_doubled", true, []string{"attach", "twice"}},
	{"element twice, the first is another", given(strings.Replace(genuine(), "<xml>", "<xml><total_fee>9</total_fee>", 1)), "element_doubled", true, []string{"total_fee"}},
	{"element named key", given(inside("<key>" + key + "</key>")), "element_named_key", true, []string{"named key"}},
	{"name with a dot", given(inside("<a.b>1</a.b>")), "body_not_strict", true, []string{"the edge refuses"}},
	{"upper-case declaration", given(`<?XML version="1.0"?>` + payment().Sign(key, verifier.HMACSHA256)), "body_not_strict", true, []string{"WeChat Pay does not use"}},
	{"BOM and a comment, with the key's newline", given("\uFEFF"+inside("<!-- paid -->"), keys(key+"\n")), "key_line_break", true, []string{"newline"}},
	{"BOM around a body whose value was trimmed", given("\uFEFF" + string(changed("attach", "pay ", "pay").Body)), "value_trimmed", true, []string{"attach"}},
}
