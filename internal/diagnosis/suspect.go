package diagnosis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// suspect lists what may be wrong where nothing could be proven: what can be seen, then the
// key, then what is merely unusual.
func (q *inquiry) suspect(m *message, refusal *verifier.Error) (all []found) {
	all = faultsOf(slices.Concat(q.keys, q.apiV3Keys))
	if wrong := q.wrongType(m, refusal); wrong != 0 {
		all = append(all, found{cause: wrong})
	}
	if len(readingsOf(m.sign)) == 0 {
		all = append(all, found{signUnreadable, "has " + strconv.Itoa(len(m.sign)) + " characters"})
	}
	for _, suspicion := range suspicions {
		if where := suspicion.look(m); where != "" {
			all = append(all, found{suspicion.cause, where})
		}
	}
	key := found{cause: keyWrong}
	if len(q.keys) == 0 {
		key.cause = keyMissing
	}
	elements := m.lostOrEmptied()
	if slices.ContainsFunc(elements, func(f found) bool { return neverMissing.MatchString(f.where) }) {
		return append(append(all, elements...), key)
	}
	return append(append(all, key), elements...)
}

// lostOrEmptied are the usual elements that are not there, or not full.
func (m *message) lostOrEmptied() (all []found) {
	if missing := m.missingUsual(); missing != "" {
		all = append(all, found{elementLost, missing})
	}
	if emptied := m.emptied(); emptied != "" {
		all = append(all, found{elementEmptied, emptied})
	}
	return all
}

// neverMissing finds elements that no genuine payment lacks.
var neverMissing = regexp.MustCompile(`\b(appid|nonce_str|openid|out_trade_no|transaction_id|total_fee)\b`)

// faultsOf are the faults of all of the keys.
func faultsOf(keys []givenKey) (faults []found) {
	for _, key := range keys {
		faults = append(faults, key.faults...)
	}
	return faults
}

// suspicions are what a body can be seen to have suffered. look names the element, or
// returns "".
var suspicions = []struct {
	cause cause
	look  func(*message) string
}{
	{keySandbox, func(m *message) string { return m.first(isSandbox) }},
	{bodyRequest, func(m *message) string { return yes(m.isOwnRequest()) }},
	{bodyReply, func(m *message) string { return yes(m.isReply()) }},
	{charactersReplaced, func(m *message) string {
		return m.first(func(_, value string) bool { return strings.ContainsAny(value, "\uFFFD") || lostText.MatchString(value) })
	}},
	{numberScientific, func(m *message) string {
		return m.first(func(_, value string) bool { return scientific.MatchString(value) })
	}},
	{valueTruncated, func(m *message) string { return m.first(isTruncated) }},
}

func yes(is bool) string {
	if is {
		return "it"
	}
	return ""
}

// first names the first field that is so.
func (m *message) first(is func(name, value string) bool) string {
	for _, field := range m.fields {
		if is(field.Name, field.Value) {
			return field.Name
		}
	}
	return ""
}

// lostText are question marks where there was Chinese, and what GBK makes of U+FFFD.
var lostText = regexp.MustCompile(`\?\?|锟斤拷|^\?`)

// isSandbox recognises what WeChat Pay's sandbox (仿真测试系统) fills in.
func isSandbox(name, value string) bool {
	return strings.Contains(strings.ToLower(value), "sandbox") || name == "err_code" && value == "SUCCESS" ||
		name == "err_code_des" && value == "SUCCESS"
}

// columns are the widths of database columns into which values are squeezed.
var columns = []int{32, 50, 64, 100, 127, 128, 200, 255, 256, 500, 512, 1000, 1024, 2000, 2048, 4000, 4096}

// isTruncated reports whether a free text ends just where a column does, or JSON before its
// end.
func isTruncated(name, value string) bool {
	if looksLikeJSON := strings.HasPrefix(value, "{") || strings.HasPrefix(value, "["); looksLikeJSON {
		_, whole := parseJSON(value)
		return !whole
	}
	switch name {
	case "attach", "err_code_des", "return_msg", "openid", "sub_openid":
		return len(value) > 32 && (slices.Contains(columns, len(value)) || slices.Contains(columns, utf8.RuneCountInString(value)))
	}
	return false
}

// usualElements are those of nearly every payment.
var usualElements = []string{
	"appid", "bank_type", "cash_fee", "is_subscribe", "mch_id", "nonce_str", "openid", "out_trade_no", "result_code", "return_code",
	"time_end", "total_fee", "trade_type", "transaction_id",
}

// missingUsual lists what a payment usually has and this body has not.
func (m *message) missingUsual() string {
	if !m.fields.Has("transaction_id") && !m.fields.Has("out_trade_no") && !m.fields.Has("total_fee") {
		return ""
	}
	var missing []string
	for _, name := range usualElements {
		if !slices.ContainsFunc(m.elements, func(f verifier.Field) bool { return f.Name == name }) {
			missing = append(missing, name)
		}
	}
	return strings.Join(missing, ", ")
}

// emptied lists empty elements that are seldom empty.
func (m *message) emptied() string {
	var empty []string
	for _, element := range m.elements {
		if element.Value == "" && slices.Contains(usualElements, element.Name) {
			empty = append(empty, element.Name)
		}
	}
	return strings.Join(empty, ", ")
}
