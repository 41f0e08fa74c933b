package integration

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync"
	"testing"
)

// net/http/fcgi keeps the variables of a request to itself, as far as it has
// turned them into an http.Request. PHP sees all of them, and so does this tap.
type tap struct {
	net.Listener
	upstream *upstream
}

type tappedConn struct {
	net.Conn
	mutex    sync.Mutex
	received bytes.Buffer
}

func (t tap) Accept() (net.Conn, error) {
	connection, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tapped := &tappedConn{Conn: connection}
	t.upstream.mutex.Lock()
	defer t.upstream.mutex.Unlock()
	t.upstream.wire = append(t.upstream.wire, tapped)
	return tapped, nil
}

func (c *tappedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.received.Write(p[:n])
	return n, err
}

// fastcgiRequest is a FastCGI request as it came over the wire.
type fastcgiRequest struct {
	variables map[string]string
	stdin     string
}

// php returns the only FastCGI request since the last clear.
func (u *upstream) php(t *testing.T) fastcgiRequest {
	t.Helper()
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if len(u.wire) != 1 {
		t.Fatalf("%d FastCGI connections, want one", len(u.wire))
	}
	u.wire[0].mutex.Lock()
	defer u.wire[0].mutex.Unlock()
	return parseFastCGI(u.wire[0].received.Bytes())
}

// parseFastCGI joins the records of one request.
// Source: FastCGI Specification, sections 3.3 and 3.4.
func parseFastCGI(wire []byte) fastcgiRequest {
	const headerSize, params, stdin = 8, 4, 5
	var streams [12][]byte
	for len(wire) >= headerSize {
		size, padding := int(binary.BigEndian.Uint16(wire[4:])), int(wire[6])
		content := wire[headerSize:]
		streams[wire[1]] = append(streams[wire[1]], content[:size]...)
		wire = content[size+padding:]
	}
	request := fastcgiRequest{variables: map[string]string{}, stdin: string(streams[stdin])}
	for rest := streams[params]; len(rest) > 0; {
		var nameSize, valueSize int
		nameSize, rest = fastcgiSize(rest)
		valueSize, rest = fastcgiSize(rest)
		request.variables[string(rest[:nameSize])] = string(rest[nameSize : nameSize+valueSize])
		rest = rest[nameSize+valueSize:]
	}
	return request
}

// fastcgiSize reads a length of one byte or, with the top bit set, four.
func fastcgiSize(from []byte) (int, []byte) {
	if from[0] < 0x80 {
		return int(from[0]), from[1:]
	}
	return int(binary.BigEndian.Uint32(from) &^ (1 << 31)), from[4:]
}
