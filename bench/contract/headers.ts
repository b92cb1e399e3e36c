/** Which HTTP request headers simulated clients send. */
export const HEADER_PROFILES = ['minimal', 'node', 'browser', 'browser-cookie'] as const;

export type HeaderProfile = (typeof HEADER_PROFILES)[number];

export const HEADER_PROFILE_SUMMARIES: Readonly<Record<HeaderProfile, string>> = {
  minimal: 'What the specifications need. undici adds Connection: keep-alive and cannot be told not to.',
  node: "What undici's fetch and EventSource and ws send by themselves.",
  browser: 'What headless Chromium sends from a page of the same origin.',
  'browser-cookie': 'What headless Chromium sends from a page of the same origin, with a Cookie line of 284 bytes.',
};
