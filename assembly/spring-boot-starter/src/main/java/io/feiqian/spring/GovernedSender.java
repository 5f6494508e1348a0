package io.feiqian.spring;

import io.feiqian.governance.Admitted;
import io.feiqian.governance.Decision;
import io.feiqian.governance.Fallback;
import io.feiqian.governance.Governance;
import io.feiqian.governance.PolicyRef;
import io.feiqian.governance.Queued;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sends the call context with what a {@code RestClient} or {@code RestTemplate} calls, ends the
 * call by its deadline, and puts it under the policies of the side that calls (S.stack-2). A call
 * that is refused is answered as the other side would: with a problem document, and nobody is
 * called. Thread-safe.
 */
public final class GovernedSender implements ClientHttpRequestInterceptor {
    /** The attribute of a request with a context of its own, an {@link HttpCallContext}. */
    public static final String CONTEXT = GovernedSender.class.getName() + ".context";

    /** Longer problem documents are not looked into. */
    private static final int LONGEST_PROBLEM = 64 * 1024;

    private final CallGovernance governance;
    private final String caller;
    private final Map<String, String> services;
    private final Supplier<Optional<HttpCallContext>> others;

    /**
     * What the starter makes.
     *
     * @param caller the service that calls; empty for none
     * @param services where services are, by name
     * @param others the context of a call that the thread serves over another protocol
     */
    GovernedSender(
            CallGovernance governance,
            String caller,
            Map<String, URI> services,
            Supplier<Optional<HttpCallContext>> others) {
        this.governance = governance;
        this.caller = caller;
        this.others = others;
        Map<String, String> byAuthority = new HashMap<>();
        services.forEach((name, uri) -> byAuthority.put(uri.getAuthority(), name));
        this.services = Map.copyOf(byAuthority);
    }

    @Override
    public ClientHttpResponse intercept(
            HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        HttpCallContext context = context(request);
        Governance calling = governance.calling();
        if (calling.isEmpty()) {
            return send(request, body, execution, context, Optional.empty());
        }
        Decision decision =
                calling.decide(new SentRequest(request, context, service(request), caller));
        while (decision instanceof Queued queued) {
            pause(queued);
            decision = queued.resume();
        }
        if (decision instanceof Admitted permit) {
            return send(request, body, execution, context, Optional.of(permit));
        } else if (decision instanceof Decision.Refused refused) {
            return GivenAnswer.of(HttpProblem.of(refused.outcome(), refused.retryAfter()));
        } else if (decision instanceof Decision.Degraded degraded) {
            return instead(degraded);
        } else if (decision instanceof Decision.Failed failed
                && failed.outcome() instanceof Outcome.Refused refusal) {
            return GivenAnswer.of(HttpProblem.of(refusal, Duration.ZERO));
        }
        throw new IOException("policy " + policy(decision) + ": broken off as ordered");
    }

    private HttpCallContext context(HttpRequest request) {
        if (request.getAttributes().get(CONTEXT) instanceof HttpCallContext own) {
            return own;
        }
        return HttpCallContext.current()
                .or(others)
                .orElseGet(() -> HttpCallContext.unbounded(governance.clock()));
    }

    /** By {@code feiqian.services} where the address stands there, else the host. */
    private String service(HttpRequest request) {
        URI uri = request.getURI();
        String known = uri.getAuthority() == null ? null : services.get(uri.getAuthority());
        if (known != null) {
            return known;
        }
        return uri.getHost() == null ? "" : uri.getHost();
    }

    private void pause(Queued queued) throws InterruptedIOException {
        try {
            governance.timer().pause(queued.await());
        } catch (InterruptedException stopped) {
            queued.abandon();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a policy had the call wait");
        }
    }

    private ClientHttpResponse send(
            HttpRequest request,
            byte[] body,
            ClientHttpRequestExecution execution,
            HttpCallContext context,
            Optional<Admitted> permit)
            throws IOException {
        CallHeaders.write(context, caller, request.getHeaders());
        if (context.isBounded() && context.deadline().isExpired()) {
            // It did not happen, so it says nothing of who would have been called.
            permit.ifPresent(Admitted::abandon);
            return GivenAnswer.of(
                    HttpProblem.of(
                            new Outcome.Refused(
                                    OutcomeCode.DEADLINE_EXPIRED,
                                    "the deadline passed before the call was made"),
                            Duration.ZERO));
        }
        OutcomeCode how = OutcomeCode.UNKNOWN;
        try {
            ClientHttpResponse answer =
                    context.isBounded()
                            ? DeadlineWatch.within(
                                    context.deadline(),
                                    governance.timer(),
                                    () -> execution.execute(request, body))
                            : execution.execute(request, body);
            Read read = read(answer);
            how = read.how();
            return read.answer();
        } finally {
            OutcomeCode ended = how;
            permit.ifPresent(each -> each.close(ended));
        }
    }

    /** An answer, and how the call ended by it. */
    private record Read(ClientHttpResponse answer, OutcomeCode how) {}

    /** What a policy counts is the code, which a problem document says more exactly. */
    private static Read read(ClientHttpResponse answer) throws IOException {
        int status = answer.getStatusCode().value();
        MediaType type = answer.getHeaders().getContentType();
        long length = answer.getHeaders().getContentLength();
        if (status < 400
                || length > LONGEST_PROBLEM
                || !MediaType.APPLICATION_PROBLEM_JSON.equalsTypeAndSubtype(type)) {
            return new Read(answer, HttpProblem.codeOf(status));
        }
        byte[] body;
        try (answer) {
            body = answer.getBody().readNBytes(LONGEST_PROBLEM);
        }
        OutcomeCode code =
                HttpProblem.read(body).map(Outcome::code).orElse(HttpProblem.codeOf(status));
        return new Read(new GivenAnswer(status, answer.getHeaders(), body), code);
    }

    private static ClientHttpResponse instead(Decision.Degraded degraded) {
        if (degraded.instead() instanceof Fallback.Answer answer) {
            HttpHeaders headers = new HttpHeaders();
            headers.setContentType(MediaType.APPLICATION_JSON);
            return new GivenAnswer(200, headers, answer.json().getBytes(StandardCharsets.UTF_8));
        }
        return GivenAnswer.of(
                HttpProblem.of(
                        new Outcome.Refused(
                                OutcomeCode.INTERNAL_ERROR,
                                "policy %s: its fallback is of no use: over HTTP it is an answer only"
                                        .formatted(degraded.policy())),
                        Duration.ZERO));
    }

    private static PolicyRef policy(Decision decision) {
        if (decision instanceof Decision.Aborted aborted) {
            return aborted.policy();
        } else if (decision instanceof Decision.Failed failed) {
            return failed.policy();
        }
        throw new IllegalStateException("decision: " + decision + " (expected: a known one)");
    }
}
