package verifier

import (
	"bytes"
	"crypto/aes"
	"crypto/md5" // #nosec G501 -- part of WeChat Pay's scheme
	"encoding/base64"
	"encoding/hex"
)

// decryptReqInfo decrypts the req_info of an APIv2 refund: base64 of AES-256-ECB with
// PKCS#7 padding, whose key is the lower-case hex MD5 of the API key, as text.
// Source: WeChat Pay APIv2, "退款结果通知", "解密步骤".
func decryptReqInfo(reqInfo, key string) (plaintext string, ok bool) {
	data, err := base64.StdEncoding.Strict().DecodeString(reqInfo)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return "", false
	}
	digest := md5.Sum([]byte(key)) // #nosec G401
	block, err := aes.NewCipher([]byte(hex.EncodeToString(digest[:])))
	if err != nil {
		return "", false
	}
	for at := 0; at < len(data); at += aes.BlockSize {
		block.Decrypt(data[at:], data[at:])
	}
	data, ok = unpad(data)
	return string(data), ok
}

// unpad takes off PKCS#7 padding: n bytes of the value n, 1 to a whole block.
func unpad(data []byte) ([]byte, bool) {
	size := int(data[len(data)-1])
	if size == 0 || size > aes.BlockSize {
		return nil, false
	}
	text, padding := data[:len(data)-size], data[len(data)-size:]
	return text, bytes.Count(padding, padding[:1]) == size
}
