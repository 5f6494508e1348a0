package io.feiqian.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.rpc.Placement;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SerialNumbers;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hands out fresh trace numbers to those who have no channel of their own, such as a newcomer with
 * curl: {@code GET /v1/trace-number?account=…} for a payment from that account, {@code ?slot=…} for
 * a slot, or neither for a customer to be opened where there is room (D5.5-a); {@code &date=…} for
 * another day than today (UTC). Thread-safe.
 */
final class TraceNumbers {
    static final String PATH = "/v1/trace-number";

    private static final Set<String> PARAMETERS = Set.of("account", "slot", "date");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int channel;
    private final Clock clock;
    private final Placement placement;
    private final SerialNumbers serials;

    TraceNumbers(int channel, Clock clock, Randomness randomness, Placement placement) {
        this.channel = channel;
        this.clock = clock;
        this.placement = placement;
        this.serials = new SerialNumbers(clock, randomness);
    }

    HttpAnswer answer(String query) {
        Map<String, List<String>> parameters = RequestReader.parameters(query);
        parameters.forEach(TraceNumbers::requireKnown);
        Slot home = home(parameters);
        BusinessDate date =
                parameters.containsKey("date")
                        ? BusinessDate.parse(parameters.get("date").getFirst())
                        : new BusinessDate(LocalDate.ofInstant(clock.now(), ZoneOffset.UTC));
        String number = TraceNumber.of(date, home, channel, serials.next()).toString();
        return HttpAnswer.json(200, JSON.createObjectNode().put("trace_number", number).toString());
    }

    private Slot home(Map<String, List<String>> parameters) {
        if (parameters.containsKey("account")) {
            return AccountNumber.parse(parameters.get("account").getFirst()).slot();
        }
        if (parameters.containsKey("slot")) {
            String slot = parameters.get("slot").getFirst();
            if (!slot.matches("[0-9]{1,4}")) {
                throw refused("slot: \"" + FieldValues.shortened(slot) + "\"", "0000 to 9999");
            }
            return new Slot(Integer.parseInt(slot));
        }
        return placement.next();
    }

    private static void requireKnown(String name, List<String> values) {
        if (!PARAMETERS.contains(name) || values.size() > 1) {
            throw refused(
                    "parameter \"" + FieldValues.shortened(name) + "\"",
                    "account, slot or date, each once");
        }
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST, what + " (expected: " + expected + ")");
    }
}
