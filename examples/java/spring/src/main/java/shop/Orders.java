package shop;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

import static java.nio.file.StandardOpenOption.*;

/** The orders of the shop, in a file. A shop would have them in its database. */
@Component
class Orders {
    /** {@code total} is in fen; {@code state} is open, paid or closed; {@code paidBy} is the id of the event that paid it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Order(long total, String currency, String state, String paidBy) {}

    private static final Map<String, Order> SAMPLE_ORDERS = new LinkedHashMap<>();
    static {
        SAMPLE_ORDERS.put("ORDER-1001", new Order(100, "CNY", "open", null));
        SAMPLE_ORDERS.put("ORDER-1002", new Order(2500, "CNY", "open", null));
        SAMPLE_ORDERS.put("ORDER-1003", new Order(1, "CNY", "open", null));
        SAMPLE_ORDERS.put("ORDER-1009", new Order(100, "CNY", "closed", null));
    }

    private final Path data;
    private final ObjectMapper json;

    Orders(@Value("${shop.data}") String data, ObjectMapper json) {
        if (data.isBlank()) {
            throw new IllegalArgumentException("SHOP_DATA is empty: the folder for the orders");
        }
        this.data = Path.of(data);
        this.json = json;
    }

    /** What an order costs; empty for one that is not known (yet). */
    Optional<NotifyController.Amount> amount(String number) throws IOException {
        return Optional.ofNullable(load().get(number)).map(order -> new NotifyController.Amount(order.total, order.currency));
    }

    /**
     * Books the payment and ships the order. Returns null for yes, or the reason for a no.
     *
     * Deliveries repeat and overlap: from the look at the order to its last change nobody else may come between.
     * The file lock keeps other processes out and synchronized the other threads, of which a file lock knows nothing.
     * With a database: @Transactional, and a first query that locks the row (SELECT ... FOR UPDATE).
     */
    synchronized String settle(NotifyController.Event event) throws IOException {
        if (!"transaction".equals(event.resourceType())) {
            return "event is not handled"; // a yes would lose it for ever
        }
        NotifyController.Payment payment = event.resource();

        try (FileChannel lock = FileChannel.open(data.resolve("orders.lock"), CREATE, WRITE)) {
            lock.lock(); // released when the channel is closed, however this ends
            Map<String, Order> orders = load();
            Order order = orders.get(payment.outTradeNo());
            if (order == null) {
                return "unknown order";
            }
            if ("TRANSACTION.FAIL".equals(event.eventType())) {
                return null; // a failed attempt: taken note of, the order stays open for another try
            }
            if (!"TRANSACTION.SUCCESS".equals(event.eventType()) || !"SUCCESS".equals(payment.tradeState())) {
                return "payment is not successful"; // nothing but SUCCESS makes an order paid
            }
            // What the order costs, not what the buyer paid: payer_total is smaller when a coupon paid the rest.
            if (!payment.amount().equals(new NotifyController.Amount(order.total, order.currency))) {
                return "amount differs";
            }
            if (order.state.equals("closed")) {
                return "order is closed";
            }
            if (order.state.equals("paid") && !order.paidBy.equals(event.id())) {
                return "order was paid by another transaction";
            }
            if (order.state.equals("open")) {
                orders.put(payment.outTradeNo(), new Order(order.total, order.currency, "paid", event.id()));
                save(orders);
            }
            ship(payment.outTradeNo(), payment.transactionId());
            return null;
        }
    }

    /** Ships an order, once: a repeat does nothing, and one that a crash cut short is made up for. */
    private void ship(String number, String transaction) throws IOException {
        Path log = data.resolve("shipments.log");
        if (Files.exists(log) && Files.readAllLines(log).stream().anyMatch(line -> line.startsWith(number + " "))) {
            return;
        }
        writeThrough(log, (number + " " + transaction + "\n").getBytes(StandardCharsets.UTF_8), CREATE, APPEND);
    }

    private Map<String, Order> load() throws IOException {
        Path file = data.resolve("orders.json");
        if (!Files.exists(file)) {
            return new LinkedHashMap<>(SAMPLE_ORDERS);
        }
        return json.readValue(Files.readAllBytes(file), new TypeReference<LinkedHashMap<String, Order>>() {});
    }

    private void save(Map<String, Order> orders) throws IOException {
        // Written aside and renamed, so that a crash leaves the old file or the new one, never half of one.
        Path aside = data.resolve("orders.new");
        byte[] text = json.writerWithDefaultPrettyPrinter().writeValueAsBytes(orders);
        writeThrough(aside, text, CREATE, TRUNCATE_EXISTING, WRITE);
        Files.move(aside, data.resolve("orders.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes and waits for the disk: after our yes, WeChat Pay does not ask again. */
    private static void writeThrough(Path path, byte[] text, OpenOption... options) throws IOException {
        try (FileChannel file = FileChannel.open(path, options)) {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
    }
}
