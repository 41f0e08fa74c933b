package diagnosis

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"github.com/caddy-wechatpay/caddy-wechatpay/verifier"
)

// maxKeys bounds the keys of each kind that are tried.
const maxKeys = 8

// inquiry is what one explanation goes by.
type inquiry struct {
	in       Input
	mchID    string
	platform []verifier.PlatformKey
	// keys and apiV3Keys are what was given, with what is wrong with it.
	keys, apiV3Keys []givenKey

	work     work
	mask     *mask
	readable delivery // with the wrappings around the body undone
}

// delivery is what was delivered, or what it becomes when a mistake is undone.
type delivery struct {
	body   string
	header http.Header
	mchID  string // of whom it is taken to be; empty: of the merchant that was given
}

func newInquiry(in Input) *inquiry {
	q := &inquiry{
		in: in, mchID: in.MchID, work: work{left: maxWork}, mask: newMask(),
		keys:      examineAll(in.Keys, "APIv2 key"),
		apiV3Keys: examineAll(in.APIv3Keys, "APIv3 key"),
	}
	if verifier.CheckMchID(in.MchID) != nil {
		q.mchID = stranger() // nobody's
	}
	for _, key := range in.PlatformKeys {
		if len(q.platform) < maxKeys && fits(verifier.Merchant{PlatformKeys: []verifier.PlatformKey{key}, APIv3Keys: []string{stranger()}}) {
			q.platform = append(q.platform, key)
		}
	}
	for _, key := range slices.Concat(q.keys, q.apiV3Keys) {
		q.mask.key(key.raw)
		for _, clean := range key.clean {
			q.mask.key(clean)
			q.mask.digest(md5Of(clean)) // what a refund is encrypted with
		}
	}
	return q
}

// fits reports whether a merchant could be configured so.
func fits(merchant verifier.Merchant) bool {
	merchant.MchID = "1"
	_, err := verifier.New(verifier.Config{Merchants: []verifier.Merchant{merchant}, AllowPublicKeys: true})
	return err == nil
}

// stranger is a key, or a merchant number, that nobody has. It stands where a verifier
// needs one and none was given.
func stranger() string { return (rand.Text() + rand.Text())[:keyLength] }

// keySet is a choice of the keys.
type keySet struct{ keys, apiV3Keys []string }

// intact are the keys that can be used as they were given.
func (q *inquiry) intact() keySet {
	return keySet{intactOf(q.keys), intactOf(q.apiV3Keys)}
}

func intactOf(keys []givenKey) (intact []string) {
	for _, key := range keys {
		if len(key.faults) == 0 {
			intact = append(intact, key.raw)
		}
	}
	return intact
}

// judge says what the edge would say with these keys.
func (q *inquiry) judge(d delivery, set keySet) (*verifier.Notification, *verifier.Error) {
	merchant := verifier.Merchant{
		MchID: q.mchID, Keys: set.keys, APIv3Keys: set.apiV3Keys, PlatformKeys: q.platform, SignType: q.in.SignType,
	}
	if d.mchID != "" {
		merchant.MchID = d.mchID
	}
	if len(merchant.PlatformKeys) > 0 && len(merchant.APIv3Keys) == 0 {
		merchant.APIv3Keys = []string{stranger()}
	}
	if len(merchant.PlatformKeys) == 0 && len(merchant.Keys) == 0 {
		merchant.Keys = []string{stranger()}
	}
	config := verifier.Config{Merchants: []verifier.Merchant{merchant}, Now: q.in.Now, AllowPublicKeys: true}
	if q.in.Now != nil {
		config.MaxAge = max(q.in.MaxAge, 0)
	}
	v, err := verifier.New(config)
	if err != nil { // a sign_type or a merchant number that there is not
		return nil, &verifier.Error{Reason: verifier.UnknownMerchant, Detail: err.Error()}
	}
	n := new(verifier.Notification)
	if err := v.Verify(d.body, d.header, n); err != nil {
		refusal, _ := errors.AsType[*verifier.Error](err) // it always is one
		return nil, refusal
	}
	return n, nil
}

// try judges a delivery with the keys as they are and, where that gets further, with faulty
// ones made good, whose faults it returns.
func (q *inquiry) try(d delivery) (faults []found, refusal *verifier.Error) {
	set := q.intact()
	_, refusal = q.judge(d, set)
	for _, repaired := range q.repaired(set) {
		if refusal == nil {
			break
		}
		if _, another := q.judge(d, repaired.keySet); rank(another) > rank(refusal) {
			faults, refusal = repaired.faults, another
		}
	}
	return faults, refusal
}

// repairedSet is a choice of keys in which one has been made good.
type repairedSet struct {
	keySet
	faults []found
}

// repaired returns the keys with one of the faulty ones made good, then with all of them.
func (q *inquiry) repaired(set keySet) (repaired []repairedSet) {
	all := repairedSet{keySet: set}
	add := func(keys, apiV3Keys []string, faults []found) {
		one := keySet{slices.Concat(set.keys, keys), slices.Concat(set.apiV3Keys, apiV3Keys)}
		repaired = append(repaired, repairedSet{one, faults})
		all.keys, all.apiV3Keys = slices.Concat(all.keys, keys), slices.Concat(all.apiV3Keys, apiV3Keys)
		all.faults = slices.Concat(all.faults, faults)
	}
	for _, key := range q.keys {
		for _, usable := range key.usable() {
			add([]string{usable}, nil, key.faults)
		}
	}
	for _, key := range q.apiV3Keys {
		for _, usable := range key.usable() {
			add(nil, []string{usable}, key.faults)
		}
	}
	if len(repaired) > 1 {
		repaired = append(repaired, all)
	}
	return repaired
}

// rank says how far a delivery got.
func rank(refusal *verifier.Error) int {
	if refusal == nil {
		return 6
	}
	switch refusal.Reason {
	case verifier.EmptyBody:
		return 0
	case verifier.Malformed:
		return 1
	case verifier.Unsigned:
		return 2
	case verifier.UnknownMerchant, verifier.WrongSignType, verifier.BadSignature, verifier.UnknownSerial, verifier.Probe:
		return 3
	case verifier.Undecryptable:
		return 4
	default: // authentic
		return 5
	}
}

// notes are what is worth knowing about a genuine notification.
func (q *inquiry) notes(d delivery, n *verifier.Notification) (notes []found) {
	for _, warning := range n.Warnings {
		notes = append(notes, found{unevenParts, warning})
	}
	if n.EventType == "TRANSACTION.FAIL" {
		notes = append(notes, found{cause: paymentFailed})
	}
	set := q.intact()
	current := keySet{set.keys[:min(1, len(set.keys))], set.apiV3Keys[:min(1, len(set.apiV3Keys))]}
	if _, refusal := q.judge(d, current); refusal != nil {
		notes = append(notes, found{cause: keyPrevious})
	}
	for _, key := range slices.Concat(set.keys, set.apiV3Keys) {
		if verifier.CheckKey(key) != nil { // there is nothing wrong with its form
			notes = append(notes, found{cause: keySampleGiven})
		}
	}
	return append(notes, faultsOf(slices.Concat(q.keys, q.apiV3Keys))...)
}

// mchIDIn is the merchant number in a text, or "" where there is none: a key may have got
// into its place.
func mchIDIn(text string) string {
	if verifier.CheckMchID(text) != nil {
		return ""
	}
	return text
}
