package io.feiqian.spring;

import io.feiqian.governance.Admitted;
import io.feiqian.governance.Decision;
import io.feiqian.governance.Fallback;
import io.feiqian.governance.Governance;
import io.feiqian.governance.Queued;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Reads the call context of a request, puts the request under the policies of the side that serves,
 * and keeps the context for what the handler calls (S.stack-2). What is refused is answered with a
 * problem document before any handler runs. A request that waits keeps its thread. Thread-safe.
 */
final class GovernedHandling implements HandlerInterceptor {
    private static final String PERMIT = GovernedHandling.class.getName() + ".permit";

    /** An ordered fault leaves a request without an answer for so long at most. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final CallGovernance governance;
    private final String service;
    private final Duration within;

    /**
     * Serves as this service.
     *
     * @param within the time of a request that names none; zero for no bound
     */
    GovernedHandling(CallGovernance governance, String service, Duration within) {
        this.governance = governance;
        this.service = service;
        this.within = within;
    }

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (request.getAttribute(HttpCallContext.ATTRIBUTE) != null) {
            // The same request once more: its answer was made on another thread, or it failed.
            return true;
        }
        HttpCallContext context;
        try {
            context = CallHeaders.read(request, within, governance.clock());
        } catch (RefusedException refused) {
            return write(response, HttpProblem.of(refused.outcome(), Duration.ZERO));
        }
        request.setAttribute(HttpCallContext.ATTRIBUTE, context);
        Governance serving = governance.serving();
        if (serving.isEmpty()) {
            return true;
        }
        Decision decision = serving.decide(new ServedRequest(request, context, service));
        while (decision instanceof Queued queued) {
            try {
                governance.timer().pause(queued.await());
            } catch (InterruptedException stopped) {
                queued.abandon();
                Thread.currentThread().interrupt();
                return refuse(response, OutcomeCode.SHUTTING_DOWN, "interrupted while it waited");
            }
            decision = queued.resume();
        }
        return apply(decision, context, request, response);
    }

    private static boolean apply(
            Decision decision,
            HttpCallContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (decision instanceof Admitted permit) {
            request.setAttribute(PERMIT, permit);
            return true;
        } else if (decision instanceof Decision.Refused refused) {
            return write(response, HttpProblem.of(refused.outcome(), refused.retryAfter()));
        } else if (decision instanceof Decision.Degraded degraded) {
            return instead(degraded, response);
        } else if (decision instanceof Decision.Failed failed
                && failed.outcome() instanceof Outcome.Refused refusal) {
            return write(response, HttpProblem.of(refusal, Duration.ZERO));
        }
        return silence(context, request, response);
    }

    private static boolean instead(Decision.Degraded degraded, HttpServletResponse response)
            throws IOException {
        if (degraded.instead() instanceof Fallback.Answer answer) {
            byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
            response.setStatus(200);
            response.setContentType(MediaType.APPLICATION_JSON_VALUE);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            return false;
        }
        return refuse(
                response,
                OutcomeCode.INTERNAL_ERROR,
                "policy %s: its fallback is of no use: who serves has an answer only"
                        .formatted(degraded.policy()));
    }

    /** A fault to order: the caller hears nothing until it waits no longer. */
    private static boolean silence(
            HttpCallContext context, HttpServletRequest request, HttpServletResponse response) {
        Duration left = context.deadline().remaining();
        AsyncContext silent = request.startAsync(request, response);
        silent.setTimeout(Math.max(1, (left.compareTo(SILENCE) < 0 ? left : SILENCE).toMillis()));
        silent.addListener(
                new AsyncListener() {
                    @Override
                    public void onTimeout(AsyncEvent event) throws IOException {
                        write(
                                response,
                                HttpProblem.of(
                                        new Outcome.Unknown("a fault to order: nobody answers"),
                                        Duration.ZERO));
                        silent.complete();
                    }

                    @Override
                    public void onComplete(AsyncEvent event) {}

                    @Override
                    public void onError(AsyncEvent event) {}

                    @Override
                    public void onStartAsync(AsyncEvent event) {}
                });
        return false;
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler,
            @Nullable Exception failed) {
        if (request.getAttribute(PERMIT) instanceof Admitted permit) {
            request.removeAttribute(PERMIT);
            Object said = request.getAttribute(TransactionProblems.SAID);
            if (said instanceof OutcomeCode code) {
                permit.close(code);
            } else {
                permit.close(
                        failed == null
                                ? HttpProblem.codeOf(response.getStatus())
                                : OutcomeCode.INTERNAL_ERROR);
            }
        }
    }

    private static boolean refuse(HttpServletResponse response, OutcomeCode code, String message)
            throws IOException {
        return write(response, HttpProblem.of(new Outcome.Refused(code, message), Duration.ZERO));
    }

    private static boolean write(HttpServletResponse response, HttpProblem problem)
            throws IOException {
        response.setStatus(problem.status());
        problem.headers().forEach((name, values) -> response.setHeader(name, values.get(0)));
        response.setContentLength(problem.body().length);
        response.getOutputStream().write(problem.body());
        return false;
    }
}
