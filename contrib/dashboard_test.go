package contrib_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

type dashboard struct {
	Title      string
	Templating struct {
		List []struct{ Name, Type, Query any }
	}
	Panels []panel
}

type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               struct{ Type, UID string }
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct {
		Expr       string
		Datasource struct{ Type, UID string }
	}
}

// readDashboard returns the panels that ask something.
func readDashboard(t *testing.T) (d dashboard, asking []panel) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &d); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels {
		if p.Type != "row" {
			asking = append(asking, p)
		}
	}
	if len(asking) < 10 {
		t.Fatalf("%d panels prove nothing", len(asking))
	}
	return d, asking
}

func TestDashboard(t *testing.T) {
	d, asking := readDashboard(t)
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.ID == 0 {
			t.Errorf("%s has the id %d, which another panel has", p.Title, p.ID)
		}
		ids[p.ID] = true
	}
	for _, p := range asking {
		if p.Title == "" || p.Description == "" || !strings.ContainsFunc(p.Description, isChinese) {
			t.Errorf("%q is not described in both languages", p.Title)
		}
		if len(p.Targets) == 0 {
			t.Errorf("%q asks nothing", p.Title)
		}
	}
}

// Whoever imports it has another Prometheus, so nothing may name one.
func TestDashboardHasNoDatasourceOfItsOwn(t *testing.T) {
	d, asking := readDashboard(t)
	names := map[any]any{}
	for _, v := range d.Templating.List {
		names[v.Name] = v.Type
	}
	if names["datasource"] != "datasource" || names["merchant"] != "query" || names["job"] != "query" {
		t.Errorf("the variables are %v", names)
	}
	for _, p := range asking {
		uids := []string{p.Datasource.UID}
		for _, target := range p.Targets {
			uids = append(uids, target.Datasource.UID)
		}
		for _, uid := range uids {
			if uid != "${datasource}" {
				t.Errorf("%q asks the datasource %q", p.Title, uid)
			}
		}
	}
	uid := regexp.MustCompile(`"uid": "([^"]*)"`)
	for _, found := range uid.FindAllStringSubmatch(read(t, dashboardFile), -1) {
		if found[1] != "${datasource}" && found[1] != "caddy-wechatpay" {
			t.Errorf("there is the uid %q", found[1])
		}
	}
}

func TestPanelsDoNotOverlap(t *testing.T) {
	d, _ := readDashboard(t)
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 || p.GridPos.H == 0 {
			t.Errorf("%q is outside of the 24 columns", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				cell := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[cell]; other != "" {
					t.Fatalf("%q lies upon %q", p.Title, other)
				}
				taken[cell] = p.Title
			}
		}
	}
}
