package io.feiqian.spring;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.UnknownOutcomeException;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Outcomes as HTTP: an acceptance is a body, a refusal a problem document of RFC 9457 with our code
 * beside it, in the gateway's form. Refusals that handlers throw become such documents, unless the
 * service has an advice of its own for them. Thread-safe.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE - 10)
public final class TransactionProblems {
    /** The header of an answer that is the recorded one of an earlier call. */
    public static final String RECORDED = "feiqian-recorded";

    /** Where the code is kept that a request was answered with, for whoever counts it. */
    static final String SAID = TransactionProblems.class.getName() + ".said";

    /** Made by the auto-configuration. */
    TransactionProblems() {}

    /** What a try came to, for the caller's {@link BranchCalls}. */
    public static ResponseEntity<Object> respond(BranchAnswer answer) {
        return answer.isAccepted()
                ? accepted(answer.answer().bytes(), answer.recorded())
                : problem(answer.outcome(), Map.of("recorded", answer.recorded()));
    }

    /** How a transaction ended, for whoever asked for it. */
    public static ResponseEntity<Object> respond(TransactionAnswer answer) {
        return answer.isAccepted()
                ? accepted(answer.answer().bytes(), answer.recorded())
                : problem(answer.outcome(), Map.of("recorded", answer.recorded()));
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(RefusedException refused) {
        return problem(refused.outcome(), Map.of());
    }

    @ExceptionHandler
    ResponseEntity<Object> unknown(UnknownOutcomeException unknown) {
        return problem(unknown.outcome(), Map.of());
    }

    /**
     * What a handler called was refused for now, or nobody knows what became of it: so it is for
     * whoever asked the handler. Anything else that was answered is the handler's to understand.
     */
    @ExceptionHandler
    ResponseEntity<Object> called(RestClientResponseException answered) {
        Optional<Outcome> outcome =
                HttpProblem.read(answered.getResponseBodyAsByteArray())
                        .filter(each ->
                                each.code().kind() == OutcomeCode.Kind.UNAVAILABLE
                                        || each.code().kind() == OutcomeCode.Kind.UNKNOWN);
        return problem(outcome.orElseThrow(() -> answered), Map.of());
    }

    @ExceptionHandler
    ResponseEntity<Object> unheard(ResourceAccessException unheard) {
        if (unheard.getCause() instanceof DeadlinePassedException passed) {
            return problem(new Outcome.Unknown(String.valueOf(passed.getMessage())), Map.of());
        }
        throw unheard;
    }

    private static ResponseEntity<Object> accepted(byte[] body, boolean recorded) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header(RECORDED, Boolean.toString(recorded))
                .body(body);
    }

    private static ResponseEntity<Object> problem(Outcome outcome, Map<String, Object> more) {
        OutcomeCode code = outcome.code();
        RequestAttributes served = RequestContextHolder.getRequestAttributes();
        if (served != null) {
            served.setAttribute(SAID, code, RequestAttributes.SCOPE_REQUEST);
        }
        int status = status(code);
        String words = code.name().toLowerCase(Locale.ROOT);
        ProblemDetail problem = ProblemDetail.forStatus(status);
        problem.setType(URI.create("urn:feiqian:outcome:" + words.replace('_', '-')));
        problem.setTitle(
                Character.toUpperCase(words.charAt(0)) + words.substring(1).replace('_', ' '));
        problem.setDetail(outcome.message());
        problem.setProperty("code", code.number());
        problem.setProperty("name", code.name());
        more.forEach(problem::setProperty);
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == 503) {
            headers.set(HttpHeaders.RETRY_AFTER, "1");
        }
        return ResponseEntity.status(status).headers(headers).body(problem);
    }

    /** The gateway's statuses; a context that is not signed is nobody's we know. */
    static int status(OutcomeCode code) {
        return switch (code) {
            case UNAUTHENTICATED, FORGED_CONTEXT -> 401;
            case METHOD_NOT_ALLOWED -> 405;
            case BODY_TOO_LARGE -> 413;
            case DEADLINE_EXPIRED -> 504;
            default ->
                    switch (code.kind()) {
                        case ACCEPTED -> 200;
                        case INVALID -> 400;
                        case NOT_FOUND -> 404;
                        case BUSINESS -> 422;
                        case CONFLICT -> 409;
                        case ROUTING, UNAVAILABLE -> 503;
                        case UNKNOWN -> 504;
                        case FAULT -> 500;
                    };
        };
    }
}
