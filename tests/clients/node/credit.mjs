// What a client of services with a metered price signs: less than the ceiling, while it has credit.

export class Credit {
  /** credit: of GetChannelState, when no call of the channel runs. */
  constructor(credit) { this.left = BigInt(credit ?? 0); }

  /** How much more to sign for the next call: what the credit does not pay of the ceiling, and one cog at least. */
  toSign(ceiling) { return ceiling - this.left > 0n ? ceiling - this.left : 1n; }

  /** A call was charged: what was signed for it and not used remains. Without the trailer the ceiling was charged. */
  take(signed, ceiling, trailers) { this.left += signed - BigInt(trailers['snet-final-price-cogs']?.[0] ?? ceiling); }
}
