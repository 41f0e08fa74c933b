import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.file.StandardOpenOption.*;

/**
 * A shop's notification handler with nothing but the JDK (17 or later).
 *
 * <pre>SHOP_DATA=/var/lib/shop PORT=8003 java Shop.java</pre>
 *
 * The edge has verified the notification; what only the shop can know is checked here:
 * is there such an order, is this its price, and has it been shipped already?
 */
public class Shop {
    /** {@code total} is in fen; {@code state} is open, paid or closed; {@code paidBy} is the id of the event that paid it. */
    record Order(long total, String currency, String state, String paidBy) {}

    static final Map<String, Order> SAMPLE_ORDERS = new LinkedHashMap<>();
    static {
        SAMPLE_ORDERS.put("ORDER-1001", new Order(100, "CNY", "open", ""));
        SAMPLE_ORDERS.put("ORDER-1002", new Order(2500, "CNY", "open", ""));
        SAMPLE_ORDERS.put("ORDER-1003", new Order(1, "CNY", "open", ""));
        SAMPLE_ORDERS.put("ORDER-1009", new Order(100, "CNY", "closed", ""));
    }

    final Path data;

    Shop(Path data) {
        this.data = data;
    }

    public static void main(String[] args) throws IOException {
        String data = System.getenv("SHOP_DATA");
        if (data == null || data.isEmpty()) {
            System.err.println("SHOP_DATA is not set: the folder for the orders");
            System.exit(1);
        }
        Shop shop = new Shop(Path.of(data));
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8003"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", shop::handle);
        server.setExecutor(Executors.newFixedThreadPool(8)); // without one, a slow delivery holds up all others
        server.start();
        System.out.println("listening on 127.0.0.1:" + port);
    }

    void handle(HttpExchange http) throws IOException {
        try {
            // The raw path, compared exactly: the edge checks /notify, so no other spelling of it may end up here;
            // getPath() would read //x/notify as /notify.
            String path = http.getRequestURI().toString();
            boolean lookup = path.startsWith("/orders/");
            String method = lookup ? "GET" : "POST";
            if (!lookup && !path.equals("/notify")) {
                send(http, 404, "");
            } else if (!http.getRequestMethod().equals(method)) {
                http.getResponseHeaders().set("Allow", method);
                send(http, 405, "");
            } else if (lookup) {
                answerLookup(http, URLDecoder.decode(path.substring("/orders/".length()), StandardCharsets.UTF_8));
            } else {
                byte[] body = http.getRequestBody().readNBytes(1 << 20);
                String no = settle(Json.object(Json.parse(new String(body, StandardCharsets.UTF_8))));
                send(http, 200, no == null
                        ? "{\"code\":\"SUCCESS\"}"
                        : "{\"code\":\"FAIL\",\"message\":" + Json.quote(no) + "}");
            }
        } catch (Json.Invalid e) {
            send(http, 400, "");
        } catch (Exception e) { // left to itself, HttpServer hangs up without a word in the log
            e.printStackTrace();
            send(http, 500, "");
        } finally {
            http.close();
        }
    }

    /** Says what an order costs. For the edge alone (amount_guard lookup): no route from outside leads here. */
    void answerLookup(HttpExchange http, String number) throws IOException {
        Order order = loadOrders().get(number);
        if (order == null) {
            send(http, 404, ""); // WeChat Pay comes again
        } else {
            send(http, 200, "{\"total\":%d,\"currency\":%s}".formatted(order.total, Json.quote(order.currency)));
        }
    }

    static void send(HttpExchange http, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        http.getResponseHeaders().set("Content-Type", "application/json");
        http.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        http.getResponseBody().write(bytes);
    }

    /**
     * Books the payment and ships the order. Returns null for yes, or the reason for a no.
     *
     * Deliveries repeat and overlap: from the look at the order to its last change nobody else may come between.
     * The file lock keeps other processes out and synchronized the other threads, of which a file lock knows nothing.
     * With a database: one transaction that begins with SELECT ... FOR UPDATE.
     */
    synchronized String settle(Map<String, Object> event) throws IOException {
        if (!"transaction".equals(event.get("resource_type"))) {
            return "event is not handled"; // a yes would lose it for ever
        }
        Map<String, Object> payment = Json.object(event.get("resource"));
        String id = Json.string(event.get("id"));
        String number = Json.string(payment.get("out_trade_no"));

        try (FileChannel lock = FileChannel.open(data.resolve("orders.lock"), CREATE, WRITE)) {
            lock.lock(); // released when the channel is closed, however this ends
            Map<String, Order> orders = loadOrders();
            Order order = orders.get(number);
            if (order == null) {
                return "unknown order";
            }
            if ("TRANSACTION.FAIL".equals(event.get("event_type"))) {
                return null; // a failed attempt: taken note of, the order stays open for another try
            }
            if (!"TRANSACTION.SUCCESS".equals(event.get("event_type")) || !"SUCCESS".equals(payment.get("trade_state"))) {
                return "payment is not successful"; // nothing but SUCCESS makes an order paid
            }
            // What the order costs, not what the buyer paid: payer_total is smaller when a coupon paid the rest.
            Map<String, Object> amount = Json.object(payment.get("amount"));
            if (!BigDecimal.valueOf(order.total).equals(amount.get("total"))
                    || !order.currency.equals(amount.get("currency"))) {
                return "amount differs";
            }
            if (order.state.equals("closed")) {
                return "order is closed";
            }
            if (order.state.equals("paid") && !order.paidBy.equals(id)) {
                return "order was paid by another transaction";
            }
            if (order.state.equals("open")) {
                orders.put(number, new Order(order.total, order.currency, "paid", id));
                saveOrders(orders);
            }
            ship(number, Json.string(payment.get("transaction_id")));
            return null;
        }
    }

    /** Ships an order, once: a repeat does nothing, and one that a crash cut short is made up for. */
    void ship(String number, String transaction) throws IOException {
        Path log = data.resolve("shipments.log");
        if (Files.exists(log) && Files.readAllLines(log).stream().anyMatch(line -> line.startsWith(number + " "))) {
            return;
        }
        writeThrough(log, number + " " + transaction + "\n", CREATE, APPEND);
    }

    Map<String, Order> loadOrders() throws IOException {
        Path file = data.resolve("orders.json");
        if (!Files.exists(file)) {
            return new LinkedHashMap<>(SAMPLE_ORDERS);
        }
        Map<String, Order> orders = new LinkedHashMap<>();
        try {
            Json.object(Json.parse(Files.readString(file))).forEach((number, value) -> {
                Map<String, Object> order = Json.object(value);
                orders.put(number, new Order(
                        ((BigDecimal) order.get("total")).longValueExact(),
                        Json.string(order.get("currency")),
                        Json.string(order.get("state")),
                        Json.string(order.getOrDefault("paid_by", ""))));
            });
        } catch (Json.Invalid e) { // our file is broken, not the request: a 500 and not a 400
            throw new IOException("cannot read " + file, e);
        }
        return orders;
    }

    void saveOrders(Map<String, Order> orders) throws IOException {
        String json = orders.entrySet().stream().map(entry -> {
            Order order = entry.getValue();
            return "  %s: {\"total\": %d, \"currency\": %s, \"state\": %s%s}".formatted(
                    Json.quote(entry.getKey()), order.total, Json.quote(order.currency), Json.quote(order.state),
                    order.paidBy.isEmpty() ? "" : ", \"paid_by\": " + Json.quote(order.paidBy));
        }).collect(Collectors.joining(",\n", "{\n", "\n}\n"));
        // Written aside and renamed, so that a crash leaves the old file or the new one, never half of one.
        Path aside = data.resolve("orders.new");
        writeThrough(aside, json, CREATE, TRUNCATE_EXISTING, WRITE);
        Files.move(aside, data.resolve("orders.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes and waits for the disk: after our yes, WeChat Pay does not ask again. */
    static void writeThrough(Path path, String text, OpenOption... options) throws IOException {
        try (FileChannel file = FileChannel.open(path, options)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
    }
}

/**
 * As much JSON as the shop needs, read strictly: an object becomes a Map, an array a List, a number a BigDecimal.
 * A name that stands twice in one object is refused: which of the two was meant is anybody's guess.
 */
class Json {
    static class Invalid extends RuntimeException {
        Invalid(String message) {
            super(message);
        }
    }

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{4}");
    private static final int MAX_DEPTH = 32;

    private final String text;
    private int at; // where the next character is read

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        if (json.peek() != -1) {
            throw new Invalid("text after the end");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw new Invalid("nested too deeply");
        }
        return switch (peek()) {
            case '{' -> members(depth + 1);
            case '[' -> elements(depth + 1);
            case '"' -> text();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> new BigDecimal(match(NUMBER));
        };
    }

    private Map<String, Object> members(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        if (!take('}')) {
            do {
                String name = text();
                expect(':');
                if (object.containsKey(name)) {
                    throw new Invalid("name stands twice: " + name);
                }
                object.put(name, value(depth));
            } while (take(','));
            expect('}');
        }
        return object;
    }

    private List<Object> elements(int depth) {
        List<Object> array = new ArrayList<>();
        expect('[');
        if (!take(']')) {
            do {
                array.add(value(depth));
            } while (take(','));
            expect(']');
        }
        return array;
    }

    private String text() {
        StringBuilder out = new StringBuilder();
        expect('"');
        for (char c; (c = read()) != '"'; ) {
            if (c < ' ') {
                throw new Invalid("control character in a string");
            }
            out.append(c == '\\' ? escaped(read()) : c);
        }
        return out.toString();
    }

    private char escaped(char c) {
        if (c == 'u') {
            return (char) Integer.parseInt(match(HEX), 16);
        }
        int i = "\"\\/bfnrt".indexOf(c);
        if (i < 0) {
            throw new Invalid("unknown escape");
        }
        return "\"\\/\b\f\n\r\t".charAt(i);
    }

    private <T> T word(String word, T meaning) {
        if (!text.startsWith(word, at)) {
            throw new Invalid("unknown word");
        }
        at += word.length();
        return meaning;
    }

    private String match(Pattern pattern) {
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw new Invalid("unexpected text at " + at);
        }
        at = matcher.end();
        return matcher.group();
    }

    private char read() {
        if (at == text.length()) {
            throw new Invalid("cut off");
        }
        return text.charAt(at++);
    }

    /** Skips blanks and looks at the next character without taking it; -1 at the end. */
    private int peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : -1;
    }

    private boolean take(char c) {
        boolean there = peek() == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw new Invalid("expected " + c + " at " + at);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        if (value instanceof Map) {
            return (Map<String, Object>) value;
        }
        throw new Invalid("not an object");
    }

    static String string(Object value) {
        if (value instanceof String string) {
            return string;
        }
        throw new Invalid("not a string");
    }

    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            out.append(c == '"' || c == '\\' ? "\\" + c : c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
        }
        return out.append('"').toString();
    }
}
