package shop;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Receives the notifications that the edge has verified. An exception here becomes Spring's 500,
 * and WeChat Pay delivers again. With Spring Security, exempt /notify from CSRF and from the login.
 */
@RestController
class NotifyController {
    /** What the shop needs of the document; the rest of it is ignored. */
    record Event(String id, String eventType, String resourceType, Payment resource) {}

    record Payment(String outTradeNo, String transactionId, String tradeState, Amount amount) {}

    record Amount(Long total, String currency) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Reply(String code, String message) {}

    private final Orders orders;

    NotifyController(Orders orders) {
        this.orders = orders;
    }

    @PostMapping("/notify")
    Reply receive(@RequestBody Event event, HttpServletRequest request) throws IOException {
        // The raw path, compared exactly: the edge checks /notify, so no other spelling of it may end up here;
        // Spring finds this method for /notify;x=1 too.
        if (!request.getRequestURI().equals("/notify")) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        String no = orders.settle(event);
        return no == null ? new Reply("SUCCESS", null) : new Reply("FAIL", no);
    }

    /** Says what an order costs. For the edge alone (amount_guard lookup): no route from outside leads here. */
    @GetMapping("/orders/{number}")
    ResponseEntity<Amount> lookup(@PathVariable String number) throws IOException {
        return ResponseEntity.of(orders.amount(number)); // 404 for an unknown order: WeChat Pay comes again
    }
}
