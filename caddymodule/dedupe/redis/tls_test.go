package redis

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain makes a certificate authority that this process trusts: which ones a process
// trusts is decided when it first looks, and on Unix SSL_CERT_FILE has a say in it.
func TestMain(m *testing.M) {
	os.Exit(trustAndRun(m))
}

// trusted is that authority.
var trusted *authority

func trustAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "authority")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "ca.pem")
	if trusted, err = newAuthority(); err == nil {
		err = os.WriteFile(file, trusted.pem, 0o600)
	}
	if err == nil {
		err = os.Setenv("SSL_CERT_FILE", file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

func newAuthority() (*authority, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{certificate, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, nil
}

// startTLS starts a server that has a certificate of the authority for an address.
func (a *authority) startTLS(t *testing.T, ip string) *process {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Redis"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(ip)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"ca.pem":   a.pem,
		"cert.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		"key.pem":  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	s := &process{T: t, address: address, dir: dir, args: []string{
		"--port", "0", "--tls-port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "",
		"--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem", "--tls-ca-cert-file", "ca.pem",
		"--tls-auth-clients", "no", "--requirepass", "s3cret",
	}}
	s.start()
	return s
}

func testTLS(t *testing.T) {
	genuine := trusted.startTLS(t, "127.0.0.1")
	t.Run("certificate of a known authority", func(t *testing.T) {
		if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
			t.Log("SSL_CERT_FILE has no say here; the certificate is not checked")
			works(t, open(t, "rediss://:s3cret@"+genuine.address+"?skip_verify=true"))
			return
		}
		works(t, open(t, "rediss://:s3cret@"+genuine.address+"/0"))
	})
	t.Run("without TLS", func(t *testing.T) {
		fails(t, open(t, "redis://:s3cret@"+genuine.address+"/0"), "s3cret")
	})

	unknown, err := newAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, impostor := range map[string]*process{
		"certificate of an unknown authority": unknown.startTLS(t, "127.0.0.1"),
		"certificate for another address":     trusted.startTLS(t, "127.0.0.2"),
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t, "rediss://:s3cret@"+impostor.address+"/0")
			fails(t, store, "s3cret")
			if err := store.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("error %v, want one about the certificate", err)
			}
			works(t, open(t, "rediss://:s3cret@"+impostor.address+"/0?skip_verify=true"))
		})
	}
}
