package contrib_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// monitor is a Prometheus with the example configuration, but in more of a hurry.
type monitor struct {
	t       *testing.T
	address string
	*child
}

// listening is how versions 2 and 3 log which port they were given.
var listening = regexp.MustCompile(`msg="Listening on".* address=(127\.0\.0\.1:\d+)\s`)

func startPrometheus(t *testing.T, program, target string) *monitor {
	t.Helper()
	dir := t.TempDir()
	config := read(t, configFile)
	for _, change := range [][2]string{
		{"localhost:2019", target},
		{"scrape_interval: 15s", "scrape_interval: 500ms"},
		{"evaluation_interval: 15s", "evaluation_interval: 500ms"},
	} {
		if !strings.Contains(config, change[0]) {
			t.Fatalf("%s has no %s", configFile, change[0])
		}
		config = strings.ReplaceAll(config, change[0], change[1])
	}
	write(t, filepath.Join(dir, "prometheus.yml"), config)
	write(t, filepath.Join(dir, "alerts.yml"), read(t, alertsFile))

	cmd := exec.Command(program, "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address=127.0.0.1:0", "--log.level=info")
	m := &monitor{t: t, child: startChild(t, cmd)}
	eventually(t, "Prometheus does not listen", func() bool {
		if !m.running() {
			t.Fatal("Prometheus ended at once")
		}
		m.address = m.log.find(listening)
		return m.address != "" && m.get("/-/ready", nil, nil) == nil
	})
	return m
}

// get asks the HTTP API. data may be nil.
func (m *monitor) get(path string, parameters url.Values, data any) error {
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://" + m.address + path + "?" + parameters.Encode())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	switch {
	case data == nil && response.StatusCode == http.StatusOK:
		return nil
	case data == nil:
		return errAnswer(response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return errAnswer(answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

type errAnswer string

func (e errAnswer) Error() string { return "Prometheus says: " + string(e) }

// sample is one element of the answer to a query.
type sample struct {
	Metric map[string]string
	Value  [2]any
}

func (s sample) value() float64 {
	number, err := strconv.ParseFloat(s.Value[1].(string), 64)
	if err != nil {
		return math.NaN()
	}
	return number
}

func (m *monitor) query(expression string) ([]sample, error) {
	var data struct{ Result []sample }
	err := m.get("/api/v1/query", url.Values{"query": {expression}}, &data)
	return data.Result, err
}

// mustQuery returns what the expression gives.
func (m *monitor) mustQuery(expression string) []sample {
	m.t.Helper()
	result, err := m.query(expression)
	if err != nil {
		m.t.Fatalf("%s: %v", expression, err)
	}
	return result
}

// evaluated is a rule as Prometheus has it.
type evaluated struct {
	Type, Name, Query string
	Health, LastError string
	Alerts            []firing
}

type firing struct {
	State               string
	Labels, Annotations map[string]string
}

func (m *monitor) rules() []evaluated {
	m.t.Helper()
	var data struct {
		Groups []struct{ Rules []evaluated }
	}
	if err := m.get("/api/v1/rules", nil, &data); err != nil {
		m.t.Fatal(err)
	}
	var all []evaluated
	for _, group := range data.Groups {
		all = append(all, group.Rules...)
	}
	return all
}
