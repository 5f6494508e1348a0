package io.feiqian.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.gateway.spi.GatewayOperations;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Network;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.spi.AuditTrail;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators ask of a gateway and order it, as HTTP and JSON at an address of its own: it
 * answers whatever the configuration says, with registry, console and cells dead (the third law).
 *
 * <p>Every question carries the admin token, every order an operator and a reason; an order is
 * recorded before it takes effect, and one that cannot be recorded is not done. Thread-safe.
 */
public final class GatewayDesk implements Answering {
    /** What all its paths begin with. */
    public static final String ROOT = "/admin/v1/";

    private static final Logger LOG = LoggerFactory.getLogger(GatewayDesk.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final GatewayOperations gateway;
    private final Optional<AdminToken> token;
    private final AuditTrail trail;
    private final Executor threads;

    /**
     * A desk.
     *
     * @param token the admin token; empty refuses everything
     * @param threads where orders are carried out, since records go to a disk
     */
    public GatewayDesk(
            GatewayOperations gateway,
            Optional<AdminToken> token,
            AuditTrail trail,
            Executor threads) {
        this.gateway = gateway;
        this.token = token;
        this.trail = trail;
        this.threads = threads;
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, Client client, Caller caller) {
        return CompletableFuture.supplyAsync(() -> answer(question), threads)
                .exceptionally(GatewayDesk::fault);
    }

    private HttpAnswer answer(HttpQuestion question) {
        try {
            OperatorHeaders.requireToken(question, token);
            return switch (question.verb() + " " + question.path()) {
                case "GET " + ROOT + "status" -> json(JSON.valueToTree(gateway.status()));
                case "GET " + ROOT + "document" ->
                        json(JSON.createObjectNode().put("document", gateway.document()));
                case "POST " + ROOT + "check" -> check(question);
                case "POST " + ROOT + "weight",
                        "POST " + ROOT + "drain",
                        "POST " + ROOT + "resume",
                        "POST " + ROOT + "block",
                        "POST " + ROOT + "unblock" ->
                        order(question, OperatorHeaders.order(question));
                default ->
                        Problem.answer(
                                OutcomeCode.UNKNOWN_PATH,
                                "%s %s (expected: GET status, GET document, POST check, weight, drain, resume, block or unblock below %s)"
                                        .formatted(question.verb(), question.path(), ROOT));
            };
        } catch (RefusedException refused) {
            return Problem.answer(refused.code(), String.valueOf(refused.getMessage()));
        }
    }

    private HttpAnswer check(HttpQuestion question) {
        String wrong = gateway.check(text(body(question), "document"));
        return json(JSON.createObjectNode().put("wrong", wrong));
    }

    private HttpAnswer order(HttpQuestion question, ChangeOrder order) {
        String action = question.path().substring(ROOT.length());
        JsonNode body = body(question);
        boolean ofClients = body.has("clients");
        if (ofClients && !action.endsWith("block")) {
            throw malformed("clients: given (expected: pool and backend)");
        }
        if (ofClients) {
            Network network = network(text(body, "clients"));
            record(order, action, network.address() + "/" + network.bits(), Map.of());
            gateway.block(network, action.equals("block"));
        } else {
            backend(action, text(body, "pool"), text(body, "backend"), body, order);
        }
        return json(
                JSON.createObjectNode()
                        .put("done", action)
                        .put("gateway", gateway.status().name()));
    }

    private void backend(
            String action, String pool, String backend, JsonNode body, ChangeOrder order) {
        requireThere(pool, backend);
        String subject = pool + "/" + backend;
        switch (action) {
            case "weight" -> {
                int weight = weight(body);
                record(order, action, subject, Map.of("weight", Integer.toString(weight)));
                gateway.weigh(pool, backend, weight);
            }
            case "drain", "resume" -> {
                record(order, action, subject, Map.of());
                gateway.drain(pool, backend, action.equals("drain"));
            }
            default -> {
                record(order, action, subject, Map.of());
                gateway.block(pool, backend, action.equals("block"));
            }
        }
    }

    /** Before anything is recorded: an order about nothing is a mistake, not a change. */
    private void requireThere(String pool, String backend) {
        GatewayStatus status = gateway.status();
        GatewayStatus.BackendGroup found =
                status.pools().stream()
                        .filter(each -> each.name().equals(pool))
                        .findFirst()
                        .orElseThrow(() ->
                                malformed(
                                        "pool: %s (expected: one of %s)"
                                                .formatted(
                                                        pool,
                                                        status.pools().stream()
                                                                .map(
                                                                        GatewayStatus.BackendGroup
                                                                                ::name)
                                                                .sorted()
                                                                .toList())));
        if (found.backends().stream().noneMatch(each -> each.name().equals(backend))) {
            throw malformed(
                    "backend: %s (expected: one of %s)"
                            .formatted(
                                    backend,
                                    found.backends().stream()
                                            .map(GatewayStatus.BackendState::name)
                                            .sorted()
                                            .toList()));
        }
    }

    private void record(
            ChangeOrder order, String action, String subject, Map<String, String> details) {
        try {
            var _ =
                    trail.append(
                            new AuditEntry(
                                    order, "gateway." + action, subject, new TreeMap<>(details)));
        } catch (UncheckedIOException full) {
            LOG.error("an order was not carried out, since it could not be recorded", full);
            throw new RefusedException(
                    OutcomeCode.INTERNAL_ERROR,
                    "the order could not be recorded, so nothing was done: " + full.getMessage());
        }
    }

    private static int weight(JsonNode body) {
        JsonNode weight = body.path("weight");
        if (!weight.isInt() || weight.intValue() < -1 || weight.intValue() > 10_000) {
            throw malformed(
                    "weight: %s (expected: 0 to 10000, -1 for what is configured)"
                            .formatted(weight));
        }
        return weight.intValue();
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw malformed(String.valueOf(wrong.getMessage()));
        }
    }

    private static JsonNode body(HttpQuestion question) {
        try {
            JsonNode body = JSON.readTree(question.body().toByteArray());
            if (body != null && body.isObject()) {
                return body;
            }
        } catch (IOException wrong) {
            LOG.debug("a body that is no JSON", wrong);
        }
        throw malformed("body: not a JSON object (expected: one)");
    }

    private static String text(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw malformed(field + ": missing (expected: a text)");
        }
        return value.textValue();
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, what);
    }

    private static HttpAnswer json(JsonNode body) {
        try {
            return HttpAnswer.json(200, JSON.writeValueAsString(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree is JSON", impossible);
        }
    }

    private static HttpAnswer fault(Throwable fault) {
        LOG.error("a fault of the desk", fault);
        return Problem.answer(OutcomeCode.INTERNAL_ERROR, "a fault of the gateway");
    }
}
