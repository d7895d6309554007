/** What of a reading is to be masked: characters from `start` to before `end`. */
export interface Finding {
  readonly start: number;
  readonly end: number;
}
