package verifier

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merchant is whose notifications are accepted, and with which keys.
type Merchant struct {
	// MchID is the merchant number that notifications carry in mch_id.
	MchID string
	// Keys are the APIv2 keys (API密钥), the current one first, then previous
	// ones that may still sign notifications after a change. None: no APIv2.
	Keys []string
	// APIv3Keys are the APIv3 keys (APIv3密钥), likewise. They decrypt what APIv3
	// notifications carry, and prove nothing: PlatformKeys do.
	APIv3Keys []string
	// PlatformKeys are WeChat Pay's own keys, with which it signs APIv3 notifications.
	PlatformKeys []PlatformKey
	// SignType, when set, refuses signatures of the other type.
	SignType SignType
	// AppIDs and SubMchIDs, when set, are the only values accepted in appid and
	// sub_mch_id.
	AppIDs    []string
	SubMchIDs []string

	fingerprints map[string]string // by key
}

// keyLength is what WeChat Pay's merchant platform demands of APIv2 and APIv3 keys.
const keyLength = 32

// publicKeys can be read in the documentation and in published demos; whoever can
// read can sign with them.
var publicKeys = []string{
	"192006250b4c09247ec02edce69f6a2d", // the example of the page "签名算法"
	"8934e7d15453e97507ef794cf7b0519d", // Tencent's demo merchant 1900009851
	"e10adc3949ba59abbe56e057f20f883e", // Tencent's older demo; MD5 of 123456
}

// PublicKeys returns the keys that no merchant may have, because they are public knowledge.
func PublicKeys() []string { return slices.Clone(publicKeys) }

// CheckMchID says what is wrong with a merchant number, without repeating it: a
// key may have got into its place.
func CheckMchID(mchID string) error {
	if !isID(mchID) || len(mchID) == keyLength {
		return errors.New("mch_id is not a merchant number (商户号); those have 8 to 10 digits")
	}
	return nil
}

// CheckKey says what is wrong with an APIv2 key, without repeating it.
func CheckKey(key string) error { return checkKey("APIv2", key, false) }

// CheckAPIv3Key says what is wrong with an APIv3 key, without repeating it.
func CheckAPIv3Key(key string) error { return checkKey("APIv3", key, false) }

func checkKey(api, key string, allowPublic bool) error {
	if err := checkKeyForm(api, key); err != nil || allowPublic {
		return err
	}
	if slices.Contains(publicKeys, strings.ToLower(key)) {
		return errors.New("is a sample key that is public knowledge, so anybody could sign with it; set a key of your own in the merchant platform (账户中心 > API安全)")
	}
	return nil
}

func checkKeyForm(api, key string) error {
	const remedy = "; copy it anew from the merchant platform (账户中心 > API安全)"
	switch {
	case strings.TrimSpace(key) == "":
		return errors.New("is empty" + remedy)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("holds a blank, a line break or another character that no key has" + remedy)
	case len(key) != keyLength:
		return fmt.Errorf("has %d characters, but an %s key has %d%s", len(key), api, keyLength, remedy)
	}
	return nil
}

// checkKeys refuses a merchant without anything to verify with, or with half of it.
func (m *Merchant) checkKeys(allowPublicKeys bool) error {
	switch {
	case len(m.Keys) == 0 && len(m.APIv3Keys) == 0 && len(m.PlatformKeys) == 0:
		return errors.New("has no key to verify with")
	case len(m.PlatformKeys) > 0 && len(m.APIv3Keys) == 0:
		return errors.New("has a public key or platform certificate, but no APIv3 key to decrypt with")
	case len(m.Keys) == 0 && len(m.PlatformKeys) == 0:
		return errors.New("has an APIv3 key, but neither a public key nor a platform certificate to verify with")
	}
	for i, key := range m.Keys {
		if err := checkKey("APIv2", key, allowPublicKeys); err != nil {
			return fmt.Errorf("key %d %w", i+1, err)
		}
	}
	for i, key := range m.APIv3Keys {
		if err := checkKey("APIv3", key, allowPublicKeys); err != nil {
			return fmt.Errorf("apiv3_key %d %w", i+1, err)
		}
	}
	for _, key := range m.PlatformKeys {
		if err := key.check(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses what can only be a mistake.
func (m *Merchant) check(allowPublicKeys bool) error {
	if err := CheckMchID(m.MchID); err != nil {
		return fmt.Errorf("merchant: %w", err)
	}
	if err := m.checkKeys(allowPublicKeys); err != nil {
		return fmt.Errorf("merchant %s: %w", m.MchID, err)
	}
	if m.SignType != AnySignType && m.SignType != MD5 && m.SignType != HMACSHA256 {
		return fmt.Errorf("merchant %s: sign_type %q is neither %s nor %s", m.MchID, m.SignType, MD5, HMACSHA256)
	}
	for _, id := range slices.Concat(m.AppIDs, m.SubMchIDs) {
		if !isID(id) {
			return fmt.Errorf("merchant %s: %q is not an appid or sub_mch_id", m.MchID, id)
		}
	}
	return nil
}

// authenticate finds out how fields are signed and holds the signature against
// this merchant's keys, and no others.
func (m *Merchant) authenticate(fields Fields, scratch *[]byte) (_ SignType, key string, _ *Error) {
	sign := fields.Get("sign")
	signType, known := signTypeOf(sign)
	if !known {
		return "", "", &Error{Reason: BadSignature, Detail: fmt.Sprintf("sign has %d characters, neither 32 nor 64", len(sign))}
	}
	// PayScore names the digest in algorithm.
	for _, name := range [...]string{"sign_type", "algorithm"} {
		if declared := fields.Get(name); declared != "" && declared != string(signType) {
			return "", "", &Error{Reason: WrongSignType, Detail: name + " and the length of sign disagree"}
		}
	}
	if m.SignType != AnySignType && m.SignType != signType {
		return "", "", &Error{Reason: WrongSignType, Detail: "the merchant allows " + string(m.SignType) + " only"}
	}
	*scratch = appendStringToSign((*scratch)[:0], fields)
	for _, key := range m.Keys {
		if signatureMatches(scratch, key, sign, signType) {
			return signType, key, nil
		}
	}
	return "", "", &Error{Reason: BadSignature, Detail: "no key of merchant " + m.MchID + " made it"}
}

// noteFingerprints computes them once, not for each notification.
func (m *Merchant) noteFingerprints() {
	m.fingerprints = make(map[string]string)
	for _, key := range slices.Concat(m.Keys, m.APIv3Keys) {
		m.fingerprints[key] = Fingerprint(key)
	}
}

// owns holds the fields that a kind carries against the merchant's lists.
func (m *Merchant) owns(n *Notification, kind *kindRules) *Error {
	if len(m.AppIDs) == 0 && len(m.SubMchIDs) == 0 {
		return nil
	}
	appID, subMchID := kind.owner(n)
	if len(m.AppIDs) > 0 && appID != notCarried && !slices.Contains(m.AppIDs, appID) {
		return &Error{Reason: WrongAppID}
	}
	if len(m.SubMchIDs) > 0 && subMchID != notCarried && !slices.Contains(m.SubMchIDs, subMchID) {
		return &Error{Reason: WrongSubMerchant}
	}
	return nil
}
