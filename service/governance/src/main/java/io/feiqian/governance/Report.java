package io.feiqian.governance;

import java.util.List;

/**
 * What is in force in a process, and what it has done.
 *
 * @param version of the document in force; 0 where none was published
 * @param refusedDocument why the last document that came was not taken; empty where it was
 * @param policies of this side, by id
 * @param routes the policies of routing of this side
 */
public record Report(
        int version, String refusedDocument, List<PolicyReport> policies, List<PolicyRef> routes) {}
