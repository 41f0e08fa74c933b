// Command demo shows what the plugin does, and fails if it does anything else.
//
// It starts Caddy with the plugin (the edge) in front of a little shop (the
// upstream), plays WeChat Pay, and prints what each of the three saw.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const timeLimit = time.Minute

func main() {
	caddy := flag.String("caddy", "./caddy", "the Caddy `binary` with the plugin in it")
	flag.Parse()
	if err := runBounded(*caddy, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func runBounded(caddy string, out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	return run(ctx, caddy, out)
}

func run(ctx context.Context, caddy string, out io.Writer) error {
	shop, err := openShop()
	if err != nil {
		return err
	}
	defer shop.close()

	key := newKey()
	edge, err := startEdge(ctx, caddy, shop.address, key)
	if err != nil {
		return err
	}
	defer edge.stop()
	fmt.Fprintf(out, "WeChat Pay (played here) --> edge (%s) --> shop (http://%s)\n\n%s\n",
		edge.url, shop.address, edge.caddyfile)

	var rows []row
	for _, d := range deliveries(key) {
		got, err := d.send(ctx, edge.url)
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", d.title, err, edge.log())
		}
		rows = append(rows, row{delivery: d, got: got, visit: shop.takeVisit()})
	}
	printTable(out, rows)
	return conclude(out, rows, shop)
}

// conclude tells how it went. Each row may be as it should be and the goods still
// be gone twice, so the shop is asked as well.
func conclude(out io.Writer, rows []row, s *shop) error {
	wrong := 0
	for _, r := range rows {
		if !r.ok() {
			wrong++
		}
	}
	fmt.Fprintf(out, "\nOf %s the shop shipped %d, of %s %d.\n",
		paidOrder, s.shippedOf(paidOrder), cheatedOrder, s.shippedOf(cheatedOrder))
	switch {
	case wrong > 0:
		return fmt.Errorf("%d of %d deliveries did not end as expected", wrong, len(rows))
	case s.shippedOf(paidOrder) != 1 || s.shippedOf(cheatedOrder) != 0:
		return errors.New("the shop should have shipped the one once and the other never")
	}
	fmt.Fprintln(out, "All as it should be. README.md tells how to put the edge in front of your own app.")
	return nil
}
