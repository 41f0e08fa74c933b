// Package notificationschema holds documents against docs/notification.schema.json. It is
// for tests alone, and so is the validator that it brings in.
package notificationschema

import (
	"bytes"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaFile is where the schema is in the repository.
const schemaFile = "docs/notification.schema.json"

// schemas are those of the media types in which JSON is forwarded.
type schemas struct{ notification, cloudEvent *jsonschema.Schema }

var compiled = sync.OnceValues(func() (s schemas, err error) {
	path, err := find(schemaFile)
	if err != nil {
		return s, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if s.notification, err = compiler.Compile(path); err != nil {
		return s, err
	}
	s.cloudEvent, err = compiler.Compile(path + "#/$defs/cloudevent")
	return s, err
})

// find looks for a file of the repository, in which all tests run.
func find(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("there is no %s in or above the working directory", name)
		}
		dir = filepath.Dir(dir)
	}
}

// Validate says what is wrong with a document that was forwarded under a Content-Type.
// Of XML it says nothing.
func Validate(contentType string, document []byte) error {
	s, err := compiled()
	if err != nil {
		return err
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	schema := s.notification
	switch mediaType {
	case "text/xml":
		return nil
	case "application/cloudevents+json":
		schema = s.cloudEvent
	case "application/json":
	default:
		return fmt.Errorf("nothing is forwarded as %s", mediaType)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(instance)
}

// Check fails the test unless [Validate] has nothing to say.
func Check(t testing.TB, contentType string, document []byte) {
	t.Helper()
	if err := Validate(contentType, document); err != nil {
		t.Errorf("%v\nin %s", err, document)
	}
}
