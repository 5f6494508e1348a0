package io.feiqian.spring;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClient.RequestHeadersSpec;
import org.springframework.web.client.RestClient.RequestHeadersSpec.ConvertibleClientHttpResponse;
import org.springframework.web.client.RestClientException;

/**
 * Calls a service as a branch with a {@code RestClient}, and understands what it answers: a body is
 * an acceptance, a problem document with our code a refusal, anything else is not known, which
 * aborts the transaction. Thread-safe.
 */
public final class BranchCalls {
    private static final int LONGEST_ANSWER = 1024 * 1024;

    private final ContextKeys keys;

    /** Signs with these keys. */
    public BranchCalls(ContextKeys keys) {
        this.keys = keys;
    }

    /**
     * Makes the call, with the branch's context in its header.
     *
     * @param request the call, but for its context; its client should give up before the
     *     transaction does
     */
    public BranchAnswer call(RequestHeadersSpec<?> request, BranchContext context) {
        try {
            return request.header(ContextHeader.NAME, ContextHeader.write(context, keys))
                    .exchangeForRequiredValue((sent, response) -> answer(response));
        } catch (RestClientException unheard) {
            return unknown("call: " + unheard.getMessage());
        }
    }

    /** The same for a call of a JSON body, which is the most usual one. */
    public BranchAnswer post(RestClient client, String path, Object body, BranchContext context) {
        return call(
                client.post().uri(path).contentType(MediaType.APPLICATION_JSON).body(body),
                context);
    }

    private static BranchAnswer answer(ConvertibleClientHttpResponse response) throws IOException {
        boolean recorded = "true".equals(response.getHeaders().getFirst("feiqian-recorded"));
        if (response.getStatusCode().is2xxSuccessful()) {
            byte[] body = response.getBody().readNBytes(LONGEST_ANSWER + 1);
            return body.length > LONGEST_ANSWER
                    ? unknown("answer: longer than " + LONGEST_ANSWER + " bytes")
                    : new BranchAnswer(Outcome.accepted(), Content.of(body), recorded);
        }
        MediaType type = response.getHeaders().getContentType();
        if (MediaType.APPLICATION_PROBLEM_JSON.equalsTypeAndSubtype(type)) {
            ProblemDetail problem = response.bodyTo(ProblemDetail.class);
            if (problem != null
                    && problem.getProperties() != null
                    && problem.getProperties().get("code") instanceof Number code) {
                return refused(code.intValue(), String.valueOf(problem.getDetail()));
            }
        }
        return unknown("answer: %s (expected: 200)".formatted(response.getStatusCode()));
    }

    private static BranchAnswer refused(int code, String message) {
        Outcome outcome = Outcome.of(OutcomeCode.ofNumber(code), message);
        return outcome.isAccepted()
                ? unknown("answer: a problem with the code of an acceptance")
                : new BranchAnswer(outcome, Content.EMPTY, false);
    }

    private static BranchAnswer unknown(String message) {
        return new BranchAnswer(new Outcome.Unknown(message), Content.EMPTY, false);
    }
}
