package verifier

import "net/http"

// Outcome is what became of a delivered notification.
type Outcome string

// The closed set of outcomes.
const (
	Accepted  Outcome = "accepted"  // the upstream said yes
	Duplicate Outcome = "duplicate" // the upstream said yes earlier; it was not called again
	Declined  Outcome = "declined"  // the upstream said no
	Rejected  Outcome = "rejected"  // refused at the edge; the upstream was not called
	Failed    Outcome = "failed"    // no usable answer from the upstream
)

// Step is a step of a delivery's way. Each reason belongs to the one where it ends.
type Step string

// The steps, in their order.
const (
	ParseStep     Step = "parse"
	SignatureStep Step = "signature"
	KindStep      Step = "kind"
	AmountStep    Step = "amount"
	DedupeStep    Step = "dedupe"
	UpstreamStep  Step = "upstream"
	AckStep       Step = "ack"
)

// Reason says why a delivery ended as it did. The set is closed: a Reason is at
// once metric label, log field, HTTP status and plain text in two languages, all of
// which come from the one table below.
//
// A Reason is an error, so errors.Is(err, verifier.BadSignature) works on
// everything that [Verifier.Verify] returns.
type Reason uint8

// The reasons, in the order in which a delivery can meet them.
const (
	OK Reason = iota

	Method
	Encoding
	TooLarge
	EmptyBody
	Malformed

	Unsigned
	UnknownMerchant
	WrongSignType
	BadSignature
	UnknownSerial
	ClockSkew
	Probe
	Undecryptable
	UnknownKind
	WrongAppID
	WrongSubMerchant

	MissingField
	BadAmount
	BadField
	Stale
	AmountMismatch
	UnknownOrder

	AcceptedEarlier
	Conflict
	InFlight
	StoreError

	UpstreamDeclined
	UpstreamUnreachable
	UpstreamStatus
	UpstreamUnreadable
	UpstreamTimeout
	NoUpstream
)

var reasons = [...]struct {
	label   string
	outcome Outcome
	step    Step
	status  int
	text    string
	chinese string
}{
	OK: {"ok", Accepted, AckStep, http.StatusOK, "OK", "成功"},

	Method:    {"method", Rejected, ParseStep, http.StatusMethodNotAllowed, "only POST is allowed", "只接受 POST 请求"},
	Encoding:  {"encoding", Rejected, ParseStep, http.StatusUnsupportedMediaType, "the body has a Content-Encoding", "请求体带有 Content-Encoding"},
	TooLarge:  {"too_large", Rejected, ParseStep, http.StatusRequestEntityTooLarge, "the body is larger than max_body_size", "请求体超过 max_body_size"},
	EmptyBody: {"empty_body", Rejected, ParseStep, http.StatusBadRequest, "the body is empty", "请求体为空"},
	Malformed: {"malformed", Rejected, ParseStep, http.StatusBadRequest, "the body is not a well-formed notification", "请求体不是格式正确的通知"},

	Unsigned:         {"unsigned", Rejected, SignatureStep, http.StatusUnauthorized, "the body carries no signature", "请求体没有签名"},
	UnknownMerchant:  {"unknown_merchant", Rejected, SignatureStep, http.StatusUnauthorized, "mch_id is not a configured merchant", "mch_id 不是已配置的商户号"},
	WrongSignType:    {"wrong_sign_type", Rejected, SignatureStep, http.StatusUnauthorized, "the signature is of another type than allowed or declared", "签名类型与允许的或声明的不一致"},
	BadSignature:     {"bad_signature", Rejected, SignatureStep, http.StatusUnauthorized, "the signature does not match", "签名不匹配"},
	UnknownSerial:    {"unknown_serial", Rejected, SignatureStep, http.StatusUnauthorized, "no key is configured for Wechatpay-Serial", "没有为 Wechatpay-Serial 配置密钥"},
	ClockSkew:        {"clock_skew", Rejected, SignatureStep, http.StatusUnauthorized, "the signature is more than 5 minutes away from the time here", "签名时间与本机时间相差超过 5 分钟"},
	Probe:            {"probe", Rejected, SignatureStep, http.StatusUnauthorized, "WeChat Pay probes whether bad signatures are refused; they are", "微信支付在探测错误的签名是否会被拒绝；已拒绝"},
	Undecryptable:    {"undecryptable", Rejected, SignatureStep, http.StatusUnauthorized, "no key decrypts it", "没有密钥能够解密"},
	UnknownKind:      {"unknown_kind", Rejected, KindStep, http.StatusUnauthorized, "the signature matches, but this kind of notification is not known", "签名匹配，但不认识这种通知"},
	WrongAppID:       {"wrong_appid", Rejected, KindStep, http.StatusUnauthorized, "the signature matches, but appid is not one of the configured ones", "签名匹配，但 appid 不在配置的列表中"},
	WrongSubMerchant: {"wrong_sub_merchant", Rejected, KindStep, http.StatusUnauthorized, "the signature matches, but sub_mch_id is not one of the configured ones", "签名匹配，但 sub_mch_id 不在配置的列表中"},

	MissingField: {"missing_field", Rejected, KindStep, http.StatusUnprocessableEntity, "a required field is missing", "缺少必填字段"},
	BadAmount:    {"bad_amount", Rejected, AmountStep, http.StatusUnprocessableEntity, "an amount or a currency is not in the documented form", "金额或币种不符合文档规定的格式"},
	BadField:     {"bad_field", Rejected, KindStep, http.StatusUnprocessableEntity, "a field is not in the documented form", "有字段不符合文档规定的格式"},
	Stale:        {"stale", Rejected, KindStep, http.StatusForbidden, "the notification is older than max_age", "通知早于 max_age"},

	AmountMismatch: {"amount_mismatch", Rejected, AmountStep, http.StatusConflict, "the amount is not that of the order", "金额与订单不符"},
	UnknownOrder:   {"unknown_order", Failed, AmountStep, http.StatusNotFound, "the order is not known yet", "订单尚不存在"},

	AcceptedEarlier: {"duplicate", Duplicate, DedupeStep, http.StatusOK, "the upstream accepted it earlier", "上游之前已经接受过"},
	Conflict:        {"conflict", Rejected, DedupeStep, http.StatusConflict, "the content differs from what was accepted earlier", "内容与之前接受的不同"},
	InFlight:        {"in_flight", Failed, DedupeStep, http.StatusServiceUnavailable, "another delivery of it is being processed", "同一通知的另一次投递正在处理"},
	StoreError:      {"store_error", Failed, DedupeStep, http.StatusServiceUnavailable, "the record of accepted notifications is out of reach", "无法访问已接受通知的记录"},

	UpstreamDeclined:    {"upstream_declined", Declined, UpstreamStep, http.StatusInternalServerError, "the upstream declined the notification", "上游拒绝了通知"},
	UpstreamUnreachable: {"upstream_unreachable", Failed, UpstreamStep, http.StatusBadGateway, "the upstream could not be reached", "无法连接上游"},
	UpstreamStatus:      {"upstream_status", Failed, UpstreamStep, http.StatusBadGateway, "the upstream answered with a status other than 2xx", "上游返回的状态码不是 2xx"},
	UpstreamUnreadable:  {"upstream_unreadable", Failed, UpstreamStep, http.StatusBadGateway, "the upstream's answer says neither yes nor no", "上游的应答既不是肯定也不是否定"},
	UpstreamTimeout:     {"upstream_timeout", Failed, UpstreamStep, http.StatusGatewayTimeout, "the upstream did not answer within upstream_timeout", "上游没有在 upstream_timeout 内应答"},
	NoUpstream:          {"no_upstream", Failed, UpstreamStep, http.StatusBadGateway, "no handler answered", "没有处理器应答"},
}

// String returns the label used in metrics, logs and placeholders.
func (r Reason) String() string { return reasons[r].label }

// Error returns what happened in plain words.
func (r Reason) Error() string { return reasons[r].text }

// Chinese returns what happened in plain words, in Chinese.
func (r Reason) Chinese() string { return reasons[r].chinese }

// Step returns the step at which a delivery ends for this reason.
func (r Reason) Step() Step { return reasons[r].step }

// Outcome returns the outcome that the reason belongs to.
func (r Reason) Outcome() Outcome { return reasons[r].outcome }

// Status returns the HTTP status that WeChat Pay gets.
func (r Reason) Status() int { return reasons[r].status }

// AckMessage returns the text that WeChat Pay gets. All reasons that a forger
// could tell apart to learn something share one text.
func (r Reason) AckMessage() string {
	if r.Status() == http.StatusUnauthorized {
		return "notification refused"
	}
	return r.Error()
}

// Error is why a notification was refused.
type Error struct {
	Reason Reason
	// Detail narrows the reason down, for a log. It holds names, positions and
	// lengths, never values.
	Detail string
	// MchID and Kind are set once the signature has proven them.
	MchID string
	Kind  Kind
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Reason.Error()
	}
	return e.Reason.Error() + ": " + e.Detail
}

// Unwrap makes errors.Is work with a [Reason] as target.
func (e *Error) Unwrap() error { return e.Reason }
