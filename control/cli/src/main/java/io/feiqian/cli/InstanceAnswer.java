package io.feiqian.cli;

import io.feiqian.bank.contract.ShowInstanceResponse;
import java.util.Optional;

/**
 * What an instance of a cell says of itself.
 *
 * @param cell the cell it belongs to
 * @param address where it was asked
 * @param said its answer; empty where there was none in time
 */
public record InstanceAnswer(String cell, String address, Optional<ShowInstanceResponse> said) {}
