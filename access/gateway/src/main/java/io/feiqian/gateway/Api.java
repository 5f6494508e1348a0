package io.feiqian.gateway;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.rpc.CellAnswer;
import io.feiqian.rpc.CellCall;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.RequestContext;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.security.AdminToken;
import io.feiqian.security.ChangeOrder;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The services behind HTTP: reads a request, calls the cell it belongs to, and makes an HTTP answer
 * of what comes back. Never blocks. Thread-safe.
 */
final class Api {
    static final String TRACE_HEADER = "Feiqian-Trace-Number";

    /**
     * What is known of a request besides itself.
     *
     * @param caller who asks
     * @param idempotency whether an idempotency key counts
     * @param labels labels that its route gives it
     */
    record Asking(Caller caller, boolean idempotency, Map<String, String> labels) {
        /** Nothing. */
        static final Asking ANYBODY = new Asking(Caller.ANYBODY, false, Map.of());
    }

    private static final String TIMEOUT = "feiqian-timeout-ms";
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .omittingInsignificantWhitespace()
                    .alwaysPrintFieldsWithNoPresence();

    private final GatewayConfig config;
    private final CellClients clients;
    private final CallPolicies rules;
    private final Optional<AdminToken> token;
    private final EdgeLabels labels;
    private final Clock clock;
    private final Tracing tracing;
    private final RequestReader reader;

    Api(
            GatewayConfig config,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            Clock clock,
            Tracing tracing) {
        this.config = config;
        this.labels = labels;
        this.clients = clients;
        this.rules = rules;
        this.token = token;
        this.clock = clock;
        this.tracing = tracing;
        this.reader = new RequestReader(config);
    }

    /** Answers a request of nobody in particular; a refusal of the request itself is thrown. */
    CompletableFuture<HttpAnswer> handle(
            ApiMethod method, Map<String, String> variables, HttpQuestion question) {
        return handle(method, variables, question, Asking.ANYBODY);
    }

    /** Answers a request; a refusal of the request itself is thrown. */
    CompletableFuture<HttpAnswer> handle(
            ApiMethod method, Map<String, String> variables, HttpQuestion question, Asking asking) {
        Deadline deadline = deadline(question);
        Optional<ChangeOrder> order =
                method.operatorOnly() ? Optional.of(order(question)) : Optional.empty();
        Caller caller = asking.caller();
        DynamicMessage read = reader.read(method, variables, question);
        DynamicMessage request =
                asking.idempotency()
                        ? RequestReader.keyed(method, read, question, caller.name())
                        : read;
        Optional<TraceNumber> trace = RequestReader.traceNumber(method, request);
        RequestContext context =
                RequestContext.until(deadline)
                        .labelled(labels.of(method, request, question, deadline, asking));
        if (trace.isPresent()) {
            context = context.withTrace(trace.get());
        }
        if (order.isPresent()) {
            context = context.askedBy(order.get().operator().name(), order.get().reason());
        }
        CellCall<DynamicMessage, DynamicMessage> call =
                new CellCall<>(
                        method.method(),
                        request,
                        RequestReader.target(method, request),
                        !method.changes() || trace.isPresent(),
                        method.changes(),
                        context,
                        order.isPresent() ? token.map(AdminToken::reveal).orElse("") : "");
        return send(method, call, trace, question, caller);
    }

    private CompletableFuture<HttpAnswer> send(
            ApiMethod method,
            CellCall<DynamicMessage, DynamicMessage> call,
            Optional<TraceNumber> trace,
            HttpQuestion question,
            Caller caller) {
        WorkSpan span =
                tracing.serve(
                        question.verb() + " " + method.path().text(),
                        trace,
                        question.header("traceparent").orElse(""));
        try (Tracing.Entered _ = span.enter()) {
            // Who the operator is was authenticated by the token, anybody else by a guard.
            String operator = call.context().operator();
            String name = operator.isEmpty() ? caller.name() : operator;
            return clients.call(call, rules, name, caller.channel())
                    .thenApply(answer -> {
                        span.outcome(answer.outcome()).close();
                        return answer(answer, trace);
                    });
        }
    }

    private static HttpAnswer answer(
            CellAnswer<DynamicMessage> answer, Optional<TraceNumber> trace) {
        HttpAnswer http =
                switch (answer) {
                    case CellAnswer.Answered<DynamicMessage>(var response, var outcome) ->
                            answered(response, outcome, trace);
                    case CellAnswer.Failed<DynamicMessage>(var outcome, var retryAfter) ->
                            Problem.of(outcome, trace).retriedAfter(retryAfter);
                };
        return trace.isPresent() ? http.with(TRACE_HEADER, trace.get().toString()) : http;
    }

    private static HttpAnswer answered(
            DynamicMessage response, Outcome outcome, Optional<TraceNumber> trace) {
        if (outcome.isAccepted()) {
            return HttpAnswer.json(200, print(response));
        }
        return new Problem(
                        outcome,
                        Problem.statusOf(outcome.code()),
                        trace,
                        ResponseOutcome.of(response).recorded(),
                        rest(response))
                .toAnswer();
    }

    /** What a response says besides its outcome; empty where that is nothing. */
    private static String rest(DynamicMessage response) {
        FieldDescriptor outcome = response.getDescriptorForType().findFieldByName("outcome");
        DynamicMessage.Builder rest = response.toBuilder();
        if (outcome != null) {
            rest.clearField(outcome);
        }
        return rest.getAllFields().isEmpty() ? "" : print(rest.build());
    }

    private static String print(DynamicMessage message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException unprintable) {
            throw new IllegalStateException(
                    "response of " + message.getDescriptorForType().getFullName(), unprintable);
        }
    }

    private Deadline deadline(HttpQuestion question) {
        Optional<String> asked = question.header(TIMEOUT);
        if (asked.isEmpty() && !question.isRepeated(TIMEOUT)) {
            return Deadline.after(config.defaultDeadline(), clock);
        }
        String text = asked.orElse("several");
        if (!text.matches("[0-9]{1,9}")) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "Feiqian-Timeout-Ms: \"%s\" (expected: milliseconds)"
                            .formatted(FieldValues.shortened(text)));
        }
        Duration wanted = Duration.ofMillis(Long.parseLong(text));
        if (wanted.isZero()) {
            throw new RefusedException(
                    OutcomeCode.DEADLINE_EXPIRED, "the deadline passed before the work began");
        }
        Duration longest = config.longestDeadline();
        return Deadline.after(wanted.compareTo(longest) < 0 ? wanted : longest, clock);
    }

    private ChangeOrder order(HttpQuestion question) {
        OperatorHeaders.requireToken(question, token);
        return OperatorHeaders.order(question);
    }
}
